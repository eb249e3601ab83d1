// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"
#include "report.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

uint8_t *file_read(const char *path, size_t max, size_t *size)
{
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    uint8_t *data = malloc(max + 2);
    size_t used = 0;
    ssize_t n = -1;
    if (fd >= 0 && data) {
        while ((n = read(fd, data + used, max + 1 - used)) > 0)
            used += (size_t)n;
    }
    if (n < 0)
        report_error("cannot read %s: %s - name a file that you may read", path, strerror(errno));
    else if (used > max)
        report_error("%s is larger than %zu bytes - name another file", path, max);
    if (fd >= 0)
        close(fd);
    if (n < 0 || used > max) {
        free(data);
        return NULL;
    }
    data[used] = 0;
    *size = used;
    return data;
}

bool file_create(struct new_file *f, const char *path)
{
    static const char suffix[] = ".XXXXXX";
    size_t size = strlen(path) + sizeof suffix;
    struct stat there;
    *f = (struct new_file){.fd = -1};
    if (stat(path, &there) == 0 &&
        !S_ISREG(there.st_mode)) { // renaming would put a file in its place
        report_error("%s is a device or a folder - name a file", path);
        return false;
    }
    *f = (struct new_file){.path = strdup(path), .temporary = malloc(size), .fd = -1};
    if (f->path && f->temporary) {
        snprintf(f->temporary, size, "%s%s", path, suffix);
        f->fd = mkstemp(f->temporary);
    }
    if (f->fd >= 0)
        return true;
    report_error("cannot write %s: %s - name a file in a folder that you may write to", path,
                 strerror(errno));
    free(f->temporary);
    f->temporary = NULL;
    file_abandon(f);
    return false;
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static bool failed_say(struct new_file *f)
{
    report_error("cannot write %s: %s - free some space, or name another file", f->path,
                 strerror(errno));
    file_abandon(f);
    return false;
}

bool file_fill(struct new_file *f, const uint8_t *data, size_t size)
{
    mode_t mask = umask(0);
    umask(mask);
    // On disk before it has the name: a power cut leaves the old file or the new one.
    if (write_all(f->fd, data, size) && fchmod(f->fd, 0666 & ~mask) == 0 && fsync(f->fd) == 0)
        return true;
    return failed_say(f);
}

bool file_place(struct new_file *f)
{
    if (rename(f->temporary, f->path) != 0)
        return failed_say(f);
    free(f->temporary); // nothing is left to be taken away
    f->temporary = NULL;
    file_abandon(f);
    return true;
}

bool file_finish(struct new_file *f, const uint8_t *data, size_t size)
{
    return file_fill(f, data, size) && file_place(f);
}

void file_abandon(struct new_file *f)
{
    if (f->temporary) {
        close(f->fd);
        unlink(f->temporary);
    } else if (f->path && f->fd >= 0) {
        close(f->fd);
    }
    free(f->temporary);
    free(f->path);
    *f = (struct new_file){.fd = -1};
}

bool file_private(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & 077) == 0)
        return true;
    report_error("%s can be read by others - `chmod 600` it; if others had it, make a new key",
                 path);
    return false;
}

bool file_new(const char *path, mode_t mode, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno == EEXIST) {
        report_error("%s is there already - keep it, or move it away to make a new one", path);
        return false;
    }
    bool good = fd >= 0 && fchmod(fd, mode) == 0 && write_all(fd, data, size) && fsync(fd) == 0;
    if (!good)
        report_error("cannot write %s: %s - name a folder that you may write to", path,
                     strerror(errno));
    if (fd >= 0 && close(fd) != 0)
        good = false;
    if (fd >= 0 && !good)
        unlink(path);
    return good;
}
