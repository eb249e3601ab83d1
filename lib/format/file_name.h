// SPDX-License-Identifier: GPL-3.0-or-later
// Names of files in packages and among resources: parts of a-z 0-9 . - _ with single slashes
// between, none of which is `.` or `..`, zero-padded. Pure code.
#pragma once
#include <stddef.h>

enum file_name {
    FILE_NAME_GOOD,
    FILE_NAME_MALFORMED,
    FILE_NAME_OUTSIDE, // it would lead out of a folder into which the files were unpacked
};

// `name` has `size` bytes, the last of which must be zero.
enum file_name file_name_check(const char *name, size_t size);
