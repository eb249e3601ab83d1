// SPDX-License-Identifier: GPL-3.0-or-later
#include "line.h"

#include <string.h>

#include "crypto/wipe.h"

enum {
    BYTE_BACKSPACE = 0x08,
    BYTE_ESCAPE = 0x1b,
    BYTE_DELETE = 0x7f,
};

static void echo_none(struct line_echo *echo)
{
    echo->length = 0;
    echo->text[0] = '\0';
}

static void echo_text(struct line_echo *echo, const char *text)
{
    echo->length = strlen(text);
    memcpy(echo->text, text, echo->length + 1);
}

void line_begin(struct line *line, bool secret)
{
    bool last = line->return_was_last;
    wipe(line, sizeof *line);
    line->secret = secret;
    line->return_was_last = last;
}

void line_wipe(struct line *line)
{
    wipe(line, sizeof *line);
}

static void line_append(struct line *line, char c, struct line_echo *echo)
{
    if (line->length == LINE_LENGTH) { // L1
        line->overlong = true;
        return;
    }
    line->text[line->length++] = c;
    char shown[2] = {line->secret ? '*' : c, '\0'};
    echo_text(echo, shown);
}

static void line_remove(struct line *line, struct line_echo *echo)
{
    if (line->length == 0)
        return;
    line->text[--line->length] = '\0'; // L1
    echo_text(echo, "\b \b");
}

// A byte inside an escape sequence (ECMA-48 section 5.4): it ends with a byte from 0x40 to 0x7e.
static void line_escape(struct line *line, uint8_t byte)
{
    if (line->state == LINE_ESCAPE)
        line->state = byte == '[' || byte == 'O' ? LINE_SEQUENCE : LINE_TEXT;
    else if (byte >= 0x40 && byte <= 0x7e)
        line->state = LINE_TEXT;
}

bool line_byte(struct line *line, uint8_t byte, struct line_echo *echo)
{
    bool after_return = line->return_was_last;
    echo_none(echo);
    line->return_was_last = byte == '\r';
    if (byte == '\n' && after_return)
        return false;
    if (byte == '\r' || byte == '\n') {
        echo_text(echo, "\r\n");
        return true;
    }
    if (line->state != LINE_TEXT) {
        line_escape(line, byte); // L2
    } else if (byte == BYTE_BACKSPACE || byte == BYTE_DELETE) {
        line_remove(line, echo);
    } else if (byte >= ' ' && byte <= '~') {
        line_append(line, (char)byte, echo);
    } else {
        line->odd = true; // L3
        if (byte == BYTE_ESCAPE)
            line->state = LINE_ESCAPE;
    }
    return false;
}

bool line_is(const struct line *line, const char *text)
{
    return !line->odd && !line->overlong && strcmp(line->text, text) == 0;
}

bool line_number(const struct line *line, uint32_t *number)
{
    uint32_t value = 0;
    if (line->odd || line->overlong || line->length != 4) // L3
        return false;
    for (size_t i = 0; i < 4; i++) {
        if (line->text[i] < '0' || line->text[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(line->text[i] - '0');
    }
    *number = value;
    return true;
}

void line_words(struct line *line)
{
    size_t used = 0;
    for (size_t i = 0; i < line->length; i++) {
        char c = line->text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ' && (used == 0 || line->text[used - 1] == ' '))
            continue;
        line->text[used++] = c;
    }
    if (used > 0 && line->text[used - 1] == ' ')
        used--;
    wipe(line->text + used, sizeof line->text - used); // L1
    line->length = used;
}
