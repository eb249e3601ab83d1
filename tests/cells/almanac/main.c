// SPDX-License-Identifier: GPL-3.0-or-later
// An app with files of its own: it says what it reads in them, waits until somebody has looked, and
// then tries to write into them.
#include <sdk/cella.h>
#include <stdio.h>
#include <string.h>

enum { PAUSE_MS = 3000 };

int main(void)
{
    size_t size = 0, large = 0;
    uint32_t sum = 0;
    const char *words = resource_find("words", &size);
    const uint8_t *table = resource_find("tables/large", &large);
    if (words == NULL || table == NULL || resource_find("word", &size) != NULL) {
        printf("not ok: its resources are not there\n");
        return 1;
    }
    for (size_t i = 0; i < large; i++)
        sum = sum * 31 + table[i];
    printf("words: %.*s", (int)size, words);
    printf("large: %zu bytes, sum %08x\n", large, (unsigned)sum);
    cella_sleep(sys_now() + (nsec_t)PAUSE_MS * 1000000);
    // Safety: there is none; the write must fault.
    *(volatile char *)(uintptr_t)words = 'W';
    printf("not ok: it wrote into its resources\n");
    return 1;
}
