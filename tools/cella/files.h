// SPDX-License-Identifier: GPL-3.0-or-later
// Whole files in and out. Whatever fails was said on standard error, with the file's name.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// All of a file, `-` for standard input, at most `max` bytes; the caller frees it. A zero byte
// follows. Null: said.
uint8_t *file_read(const char *path, size_t max, size_t *size);

// A file that appears whole or not at all: it is written beside its place and then renamed.
struct new_file {
    char *path, *temporary;
    int fd;
};

bool file_create(struct new_file *f, const char *path);
bool file_finish(struct new_file *f, const uint8_t *data, size_t size); // in either case it is over
// The same in two steps, for files that appear together. A failure was said, and it is over.
bool file_fill(struct new_file *f, const uint8_t *data, size_t size);
bool file_place(struct new_file *f);
void file_abandon(struct new_file *f); // also right for one that is over or was never begun (zero)

// Whether a secret's file is its owner's alone. False: said.
bool file_private(const char *path);

// A small file that must not be there yet, with exactly these permissions; on disk when this
// returns.
bool file_new(const char *path, mode_t mode, const uint8_t *data, size_t size);
