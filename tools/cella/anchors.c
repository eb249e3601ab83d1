// SPDX-License-Identifier: GPL-3.0-or-later
#include "anchors.h"
#include "files.h"
#include "hex.h"
#include "report.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_SIZE = 32, KEY_FILE_MAX = 1 << 20 };

static void key_take(struct anchors *a, const uint8_t key[KEY_SIZE], const char *place)
{
    a->keys++;
    if (a->found || memcmp(key, a->wanted, KEY_SIZE) != 0)
        return;
    a->found = true;
    snprintf(a->place, sizeof a->place, "%s", place);
}

// False: said.
static bool file_scan(struct anchors *a, const char *path)
{
    size_t size;
    uint8_t *data = file_read(path, KEY_FILE_MAX, &size), key[KEY_SIZE];
    if (!data)
        return false;
    bool good = true;
    unsigned number = 0;
    char *rest = (char *)data, *line;
    while (good && (line = strsep(&rest, "\n"))) {
        size_t digits = strcspn(line, " \t\r");
        number++;
        if (digits == 0 || line[0] == '#')
            continue;
        good = hex_read(line, digits, key, sizeof key);
        if (good)
            key_take(a, key, path);
        else
            report_error("%s:%u: no device key - write 64 hexadecimal digits on each line", path,
                         number);
    }
    free(data);
    return good;
}

static bool folder_scan(struct anchors *a, const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        report_error("cannot read %s: %s - name another with --key", path, strerror(errno));
        return false;
    }
    bool good = true;
    for (struct dirent *e; good && (e = readdir(folder));) {
        char name[PATH_MAX];
        struct stat s;
        int size = snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.' && size < (int)sizeof name && stat(name, &s) == 0 &&
            S_ISREG(s.st_mode))
            good = file_scan(a, name);
    }
    closedir(folder);
    return good;
}

enum anchor anchor_find(const char *where, bool optional, const uint8_t key[32],
                        struct anchors *anchors)
{
    uint8_t given[KEY_SIZE];
    struct stat s;
    bool good = true;
    *anchors = (struct anchors){.wanted = key};
    if (hex_read(where, strlen(where), given, sizeof given)) {
        key_take(anchors, given, "--key");
    } else if (stat(where, &s) == 0) {
        good = S_ISDIR(s.st_mode) ? folder_scan(anchors, where) : file_scan(anchors, where);
    } else if (!optional) {
        report_error("--key %s is neither 64 hexadecimal digits nor a file - give the device's "
                     "public key",
                     where);
        good = false;
    }
    if (!good)
        return ANCHOR_ERROR;
    return anchors->found ? ANCHOR_FOUND : anchors->keys ? ANCHOR_OTHER : ANCHOR_NONE;
}
