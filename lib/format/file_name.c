// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/file_name.h"

#include "format/bundle.h"

#include <stdbool.h>
#include <string.h>

static bool character_good(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

enum file_name file_name_check(const char *name, size_t size)
{
    const char *end = memchr(name, 0, size);
    const size_t length = end != NULL ? (size_t)(end - name) : size;
    size_t begin = 0; // of the part
    if (length == 0 || length == size || !bundle_zero(name + length, size - length))
        return FILE_NAME_MALFORMED;
    if (name[0] == '/')
        return FILE_NAME_OUTSIDE;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && name[i] != '/') {
            if (!character_good(name[i]))
                return FILE_NAME_MALFORMED;
            continue;
        }
        if (i - begin == 2 && name[begin] == '.' && name[begin + 1] == '.')
            return FILE_NAME_OUTSIDE;
        if (i == begin || (i - begin == 1 && name[begin] == '.'))
            return FILE_NAME_MALFORMED;
        begin = i + 1;
    }
    return FILE_NAME_GOOD;
}
