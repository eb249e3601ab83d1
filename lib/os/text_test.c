// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/text.h"
#include "tests/unit.h"

int main(void)
{
    char buffer[64];
    struct text t = text_begin(buffer, sizeof buffer);
    text_decimal(&t, 0);
    text_char(&t, ' ');
    text_decimal(&t, UINT64_MAX);
    text_char(&t, ' ');
    text_hex(&t, 0xdeadbeef);
    text_string(&t, " end");
    CHECK(strcmp(buffer, "0 18446744073709551615 0xdeadbeef end") == 0);
    CHECK_EQ(t.length, strlen(buffer));

    t = text_begin(buffer, sizeof buffer);
    text_escaped(&t, "a\033[2J\\\x7f\xff~ ", 10);
    CHECK(strcmp(buffer, "a\\x1b[2J\\x5c\\x7f\\xff~ ") == 0);
    t = text_begin(buffer, sizeof buffer);
    text_name(&t, "abcdef", 3);
    CHECK(strcmp(buffer, "abc") == 0);
    t = text_begin(buffer, sizeof buffer);
    text_name(&t, "ab\0def", 6);
    CHECK(strcmp(buffer, "ab") == 0);
    t = text_begin(buffer, sizeof buffer);
    text_escaped(&t, "ab\0c", 4);
    CHECK(strcmp(buffer, "ab\\x00c") == 0);

    char small[5] = "zzzz";
    t = text_begin(small, sizeof small);
    text_string(&t, "too long");
    CHECK(strcmp(small, "too ") == 0);
    t = text_begin(small, 1);
    text_hex(&t, 1);
    CHECK_EQ(t.length, 0);
    return unit_done();
}
