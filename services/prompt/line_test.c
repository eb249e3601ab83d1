// SPDX-License-Identifier: GPL-3.0-or-later
#include "line.h"
#include "tests/unit.h"

static struct line line;
static char echoed[2048];

// Type `keys` into a new line; the number of lines that ended.
static unsigned type(const char *keys, size_t count, bool secret)
{
    unsigned ended = 0;
    size_t used = 0;
    line_begin(&line, secret);
    for (size_t i = 0; i < count; i++) {
        struct line_echo echo;
        ended += line_byte(&line, (uint8_t)keys[i], &echo);
        memcpy(echoed + used, echo.text, echo.length);
        used += echo.length;
    }
    echoed[used] = '\0';
    return ended;
}

#define TYPE(keys)   type(keys, sizeof keys - 1, false)
#define SECRET(keys) type(keys, sizeof keys - 1, true)

static void test_text(void)
{
    CHECK_EQ(TYPE("restore\r"), 1);
    CHECK(line_is(&line, "restore"));
    CHECK(strcmp(echoed, "restore\r\n") == 0);
    CHECK_EQ(TYPE("\n"), 0); // belongs to the return before
    CHECK_EQ(TYPE("\n"), 1);
    CHECK_EQ(TYPE("resx\x7ftore\n"), 1);
    CHECK(line_is(&line, "restore"));
    CHECK(strcmp(echoed, "resx\b \btore\r\n") == 0);
    CHECK_EQ(TYPE("\b\b\bno\b\b\b\bgo\n"), 1);
    CHECK(line_is(&line, "go"));
    CHECK(!line_is(&line, "g") && !line_is(&line, "gone"));
}

static void test_secret(void)
{
    CHECK_EQ(SECRET("abandon zo\x7f\n"), 1);
    CHECK(strcmp(line.text, "abandon z") == 0);
    CHECK(strcmp(echoed, "**********\b \b\r\n") == 0);
    line_wipe(&line);
    for (size_t i = 0; i < sizeof line; i++)
        CHECK_EQ(((const uint8_t *)&line)[i], 0);
}

static void test_number(void)
{
    uint32_t number = 7;
    TYPE("0421\r");
    CHECK(line_number(&line, &number));
    CHECK_EQ(number, 421);
    static const char *const not_numbers[] = {"421\r",  "04211\r", " 0421\r", "0421 \r", "+421\r",
                                              "042l\r", "\r",      "0x21\r",  "0421,\r", "4 21\r"};
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++) {
        CHECK_EQ(type(not_numbers[i], strlen(not_numbers[i]), false), 1);
        CHECK(!line_number(&line, &number));
    }
    TYPE("042\x7f"
         "21\r"); // corrected while typing
    CHECK(line_number(&line, &number));
}

// Nothing that a program would send counts as typed by a person.
static void test_odd(void)
{
    uint32_t number = 0;
    static const char *const odd[] = {
        "\033[200~0421\033[201~\r",
        "\033[A0421\r",
        "0421\033\r",
        "\0330421\r",
        "\033[0421\r",
        "04\t21\r",
        "0421\x04\r",
        "\x85"
        "0421\r",
        "\x9b"
        "0421\r",
        "\033O0421\r",
        "0421\033[3;4H\r",
        "\xef\xbb\xbf"
        "0421\r",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        CHECK_EQ(type(odd[i], strlen(odd[i]), false), 1);
        CHECK(!line_number(&line, &number));
        CHECK(!line_is(&line, "0421"));
        CHECK(line.odd);
    }
    CHECK_EQ(type("04\00021\r", 6, false), 1);
    CHECK(!line_number(&line, &number));
    TYPE("\033[12;34Hab\033[0mcd\033OPe\033cf\r");
    CHECK(strcmp(line.text, "abcdef") == 0); // L2: no part of a sequence is text
    CHECK(strcmp(echoed, "abcdef\r\n") == 0);
}

static void test_overlong(void)
{
    static char keys[2 * LINE_LENGTH];
    uint32_t number;
    memset(keys, '1', sizeof keys);
    CHECK_EQ(type(keys, sizeof keys, false), 0);
    CHECK_EQ(line.length, LINE_LENGTH);
    CHECK(line.overlong);
    struct line_echo echo;
    for (size_t i = 0; i < LINE_LENGTH - 4; i++)
        CHECK(!line_byte(&line, 0x7f, &echo));
    CHECK(line_byte(&line, '\r', &echo));
    CHECK_EQ(line.length, 4);
    CHECK(!line_number(&line, &number)); // L3
    CHECK(!line_is(&line, "1111"));
}

static void test_words(void)
{
    TYPE("  Abandon   ABOUT zoo  \r");
    line_words(&line);
    CHECK(strcmp(line.text, "abandon about zoo") == 0);
    CHECK_EQ(line.length, 17);
    line_words(&line);
    CHECK_EQ(line.length, 17);
    TYPE("   \r");
    line_words(&line);
    CHECK_EQ(line.length, 0);
}

int main(void)
{
    test_text();
    test_secret();
    test_number();
    test_odd();
    test_overlong();
    test_words();
    return unit_done();
}
