// SPDX-License-Identifier: GPL-3.0-or-later
// A person's chain on the host: a folder with the chain, the key that writes to it and, until it is
// put away, the recovery key. Whatever fails was said on standard error.
#pragma once
#include "format/chain.h"
#include <limits.h>

struct chain_folder {
    char path[PATH_MAX]; // of the folder
    uint8_t *bytes;      // the chain's file; owned
    size_t size;
    uint8_t secret[HYBRID_SECRET_SIZE]; // the chain's key, if it was asked for
    struct chain chain;
    bool refused; // after opening failed: it was read, and does not hold
};

// A chain from a folder or a file, verified. With `sign`, it must be a folder with the key to which
// the chain is committed.
bool chain_folder_open(struct chain_folder *f, const char *path, bool sign);

// A chain that does not exist yet, with new keys.
bool chain_folder_new(struct chain_folder *f, const char *path, uint64_t time);

void chain_folder_close(struct chain_folder *f); // wipes the key; also right for a zero one

// Write an entry behind the first `keep`, signed with `secret`. The new chain is verified before it
// takes the old one's place.
bool chain_folder_put(struct chain_folder *f, uint32_t keep, const struct chain_draft *draft,
                      const uint8_t secret[static HYBRID_SECRET_SIZE]);

// The same at the end, with the chain's own key.
bool chain_folder_say(struct chain_folder *f, const struct chain_draft *draft);

// Write an entry that commits to a new key of the chain and, with `recovery` (the present recovery
// key), to a new recovery key; the keys' files are made before and take the old ones' place after.
bool chain_folder_rekey(struct chain_folder *f, uint32_t keep, struct chain_draft *draft,
                        const uint8_t *recovery);

// A secret of HYBRID_SECRET_SIZE bytes in a file that nobody else may read. The caller wipes it.
bool chain_secret_read(const char *path, uint8_t out[static HYBRID_SECRET_SIZE]);

// The path of a file in the folder.
void chain_folder_file(const struct chain_folder *f, const char *name, char out[PATH_MAX]);

// Now, unless `text` says the seconds since 1970.
bool chain_time_read(const char *text, uint64_t *out);
