// SPDX-License-Identifier: GPL-3.0-or-later
// For the tests of this room: vectors from tests/vectors. A file holds one vector on each line, its
// fields separated by '|'; lines that begin with '#' say where the vectors come from. Tests run
// from the top of the repository. A file that cannot be read fails the test.
#pragma once
#include "crypto/secp.h"
#include "format/bytes.h"
#include "tests/unit.h"
#include <stdlib.h>
#include <strings.h>

enum { VECTOR_LINE_MAX = 1 << 18, VECTOR_FIELDS_MAX = 12 };

struct vectors {
    FILE *file;
    char line[VECTOR_LINE_MAX];
    char *fields[VECTOR_FIELDS_MAX];
    size_t count;
};

static inline void vectors_open(struct vectors *v, const char *path)
{
    v->file = fopen(path, "r");
    if (v->file == NULL) {
        fprintf(stderr, "%s: cannot be read - run the tests from the top of the repository\n",
                path);
        abort();
    }
}

// The next vector's fields; false at the end, where the file is closed.
static inline bool vectors_next(struct vectors *v)
{
    do {
        if (fgets(v->line, sizeof(v->line), v->file) == NULL) {
            fclose(v->file);
            return false;
        }
    } while (v->line[0] == '#' || v->line[0] == '\n');
    v->line[strcspn(v->line, "\n")] = 0;
    v->count = 0;
    for (char *at = v->line; at != NULL && v->count < VECTOR_FIELDS_MAX;) {
        v->fields[v->count++] = at;
        at = strchr(at, '|');
        if (at != NULL)
            *at++ = 0;
    }
    return true;
}

static inline uint8_t vector_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == 0 ? NULL : strchr(digits, c | 0x20);
    if (at == NULL)
        abort();
    return (uint8_t)(at - digits);
}

// Lower-case hexadecimal; gives the number of bytes. A bad vector aborts.
static inline size_t vector_hex(const char *text, void *out, size_t max)
{
    uint8_t *bytes = out;
    size_t size = strlen(text) / 2;
    if (strlen(text) % 2 != 0 || size > max)
        abort();
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(vector_digit(text[2 * i]) << 4 | vector_digit(text[2 * i + 1]));
    return size;
}

static inline struct secp *vector_secp(void)
{
    static struct secp secp;
    static const uint8_t seed[32] = {1};
    if (secp_begin(&secp, seed) != ERR_OK)
        abort();
    return &secp;
}
