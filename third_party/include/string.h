// SPDX-License-Identifier: GPL-3.0-or-later
// What the libraries in the loader need of <string.h>; the loader supplies the functions.
#pragma once
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
