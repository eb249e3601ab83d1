// SPDX-License-Identifier: GPL-3.0-or-later
#include "draw.h"
#include "tests/unit.h"

static const uint32_t *next_bits;
static unsigned bits_left;

static bool played(uint32_t *bits)
{
    if (bits_left == 0)
        return false;
    bits_left--;
    *bits = *next_bits++;
    return true;
}

static void below(uint32_t n, uint32_t first, uint32_t second, uint32_t wanted)
{
    const uint32_t bits[] = {first, second};
    uint32_t got = 99;
    next_bits = bits;
    bits_left = 2;
    CHECK(draw_below(n, played, &got));
    CHECK_EQ(got, wanted);
}

static bool read_names(const char *text, struct draw_names *out)
{
    return draw_read(text, strlen(text), out);
}

int main(void)
{
    static struct draw_names names;
    char many[4 * (DRAW_NAMES + 1) + 1] = "";
    uint32_t got;
    CHECK(read_names("Ada\n Ben \nCem", &names));
    CHECK_EQ(names.count, 3);
    CHECK(strcmp(names.name[1], "Ben") == 0 && strcmp(names.name[2], "Cem") == 0);
    CHECK(read_names("Ada\n", &names) && names.count == 1);
    CHECK(draw_read("Ada\nBen", 4, &names) && names.count == 1);
    CHECK(!read_names("", &names));
    CHECK(!read_names("Ada\n\nBen", &names));
    CHECK(!read_names("\n", &names));
    CHECK(!read_names("a name that is far too long to be drawn", &names));
    for (int i = 0; i <= DRAW_NAMES; i++)
        strcat(many, i ? "\nab" : "ab");
    CHECK(!read_names(many, &names));
    below(1, 5, 0, 0);
    below(6, 7, 0, 1);
    below(3, UINT32_MAX, 5, 2); // above the last whole multiple: another one is drawn
    below(0x80000000, 0x80000000, 3, 3);
    bits_left = 0;
    CHECK(!draw_below(2, played, &got));
    return unit_done();
}
