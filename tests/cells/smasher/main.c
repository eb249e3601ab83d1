// SPDX-License-Identifier: GPL-3.0-or-later
// An array of the C library's own is written beyond its end: tsearch() has a path of 96 pointers on
// its stack while it calls us to compare. Its canary must notice when it returns.
#include "gen/log.h"
#include <search.h>
#include <stddef.h>
#include <stdint.h>

enum { PATH = 96, BEYOND = 4, OWN = 2 }; // words; OWN: of our own frame, below the caller's

static int spoils;

// Safety: none; above this function's frame begins its caller's.
static int compare(const void *left, const void *right)
{
    volatile uintptr_t *word = (volatile uintptr_t *)__builtin_frame_address(0) + OWN;
    for (int i = 0; spoils && i < PATH + BEYOND; i++)
        word[i] = 0x4141414141414141;
    return left != right;
}

int main(void)
{
    static const char survived[] = "not ok: it went on";
    static int key;
    void *root = NULL;
    if (tsearch(&key, &root, compare) == NULL || tsearch(&key, &root, compare) == NULL)
        return 1;
    spoils = 1;
    tsearch(&key, &root, compare);
    return log_write((const uint8_t *)survived, sizeof survived - 1) != ERR_OK;
}
