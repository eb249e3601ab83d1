// SPDX-License-Identifier: GPL-3.0-or-later
// The five functions that the compiler and the libraries expect (C17, section 7.24).
// Safety of the asm: the string instructions touch [to, to + size) and [from, from + size) only.
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *at = to;
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *at = to;
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    const char *source = from;
    char *target = to;
    if (target <= source)
        return memcpy(to, from, size);
    source += size;
    target += size;
    while (size-- > 0)
        *--target = *--source;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *s)
{
    size_t length = 0;
    while (s[length] != 0)
        length++;
    return length;
}
