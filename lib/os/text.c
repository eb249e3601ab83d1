// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/text.h"

struct text text_begin(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct text){.at = buffer, .size = size};
}

void text_char(struct text *t, char c)
{
    if (t->length + 1 >= t->size)
        return;
    t->at[t->length++] = c;
    t->at[t->length] = '\0';
}

void text_string(struct text *t, const char *string)
{
    while (*string != '\0')
        text_char(t, *string++);
}

void text_escaped(struct text *t, const void *bytes, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *data = bytes;
    for (size_t i = 0; i < size; i++) {
        uint8_t c = data[i];
        if (c >= 0x20 && c < 0x7f && c != '\\') {
            text_char(t, (char)c);
            continue;
        }
        text_string(t, "\\x");
        text_char(t, hex[c >> 4]);
        text_char(t, hex[c & 15]);
    }
}

void text_name(struct text *t, const char *name, size_t size)
{
    size_t length = 0;
    while (length < size && name[length] != '\0')
        length++;
    text_escaped(t, name, length);
}

static void text_number(struct text *t, uint64_t value, unsigned base)
{
    char digits[20]; // 2^64 has 20 decimal digits
    size_t n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (n != 0)
        text_char(t, digits[--n]);
}

void text_decimal(struct text *t, uint64_t value)
{
    text_number(t, value, 10);
}

void text_hex(struct text *t, uint64_t value)
{
    text_string(t, "0x");
    text_number(t, value, 16);
}
