// SPDX-License-Identifier: GPL-3.0-or-later
// Device keys that somebody enrolled: files with one public key for each line, 64 hexadecimal
// digits, then anything after a blank. A folder stands for all files in it.
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum anchor {
    ANCHOR_FOUND,
    ANCHOR_OTHER, // there are keys, and this is none of them
    ANCHOR_NONE,  // there is no key
    ANCHOR_ERROR, // said on standard error
};

struct anchors {
    const uint8_t *wanted; // 32 bytes
    unsigned keys;         // how many were read
    bool found;
    char place[PATH_MAX]; // where it was found
};

// Look for `key` in `where`: a key itself, a file or a folder. A folder or file that does not exist
// is ANCHOR_NONE if `optional`, an error otherwise.
enum anchor anchor_find(const char *where, bool optional, const uint8_t key[32],
                        struct anchors *anchors);
