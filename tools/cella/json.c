// SPDX-License-Identifier: GPL-3.0-or-later
#include "json.h"
#include <string.h>

void json_bytes(FILE *out, const char *text, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20 || c > 0x7e)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

void json_string(FILE *out, const char *text)
{
    json_bytes(out, text, strlen(text));
}

void json_hex(FILE *out, const uint8_t *data, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size; i++)
        fprintf(out, "%02x", data[i]);
    fputc('"', out);
}
