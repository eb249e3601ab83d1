// SPDX-License-Identifier: GPL-3.0-or-later
// Draws lots: the names in resources/names in a random order, from the device's own entropy, so
// that nobody at the table has to trust anybody's hat.
#include "draw.h"

#include <sdk/cella.h>
#include <stdio.h>
#include <string.h>

enum { PATIENCE_MS = 100, TRIES = 100 };

// At the start the sources may still be in their health tests.
static bool entropy_bits(uint32_t *bits)
{
    for (int i = 0; i < TRIES; i++) {
        size_t got = 0;
        err_t err = entropy_random((uint8_t *)bits, sizeof *bits, &got);
        if (err == ERR_OK && got == sizeof *bits)
            return true;
        if (err != ERR_BAD_STATE) {
            printf("no random bits: %s\n", err_sentence(err));
            return false;
        }
        cella_sleep(sys_now() + (nsec_t)PATIENCE_MS * 1000000);
    }
    printf("no random bits: the sources do not pass their tests\n");
    return false;
}

int main(void)
{
    static struct draw_names names;
    size_t size = 0;
    const char *text = resource_find("names", &size);

    if (text == NULL || !draw_read(text, size, &names)) {
        printf("resources/names wants 1 to %d names, each on a line of its own\n", DRAW_NAMES);
        return 1;
    }
    // Fisher and Yates, from the front: each of what is left is equally likely to be next.
    for (unsigned i = 0; i < names.count; i++) {
        uint32_t which = 0;
        char kept[DRAW_NAME];
        if (!draw_below(names.count - i, entropy_bits, &which))
            return 1;
        memcpy(kept, names.name[i + which], DRAW_NAME);
        memmove(names.name[i + which], names.name[i], DRAW_NAME);
        printf("%u. %s\n", i + 1, kept);
    }
    return 0;
}
