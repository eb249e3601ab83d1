// SPDX-License-Identifier: GPL-3.0-or-later
#include "line.h"
#include "tests/unit.h"

static char out[LINE_SIZE];

static void expect(const char *line, const char *name, const char *text, size_t size)
{
    char field[LINE_NAME] = {0};
    memcpy(field, name, strlen(name));
    size_t length = line_make(out, field, text, size);
    CHECK_EQ(length, strlen(line));
    if (!CHECK(strcmp(out, line) == 0))
        fprintf(stderr, "    said: %s\n", out);
}

int main(void)
{
    expect("wallet: hello\r\n", "wallet", "hello", 5);
    expect("wallet: \r\n", "wallet", "", 0);
    // Forged lines, terminal escapes, and what would look like an escape.
    expect("wallet: a\\x0d\\x0asteward: all is well\r\n", "wallet", "a\r\nsteward: all is well",
           23);
    expect("wallet: \\x1b[2J\\x07\\x9b\r\n", "wallet", "\033[2J\a\x9b", 6);
    expect("wallet: \\x5cx0a\r\n", "wallet", "\\x0a", 4);
    expect("wallet: a\\x00b\r\n", "wallet", "a\0b", 3);
    // The longest line fits whole.
    char name[LINE_NAME], text[LINE_TEXT];
    memset(name, 1, sizeof name);
    memset(text, 0xff, sizeof text);
    CHECK_EQ(line_make(out, name, text, sizeof text), 4 * LINE_NAME + 2 + 4 * LINE_TEXT + 2);
    return unit_done();
}
