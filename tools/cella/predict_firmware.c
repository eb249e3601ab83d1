// SPDX-License-Identifier: GPL-3.0-or-later
// PCR 0 of OVMF: its code volume holds one section compressed by LZMA (PI 1.8, volume 3), which
// holds the volumes that run. xz takes it apart; it is among the packages that the build needs.
#include "predict.h"
#include "report.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PCR_FIRMWARE = 0,
    SECTION_HEADER = 4,
    SECTION_LARGE = 8, // size 0xffffff: the real one follows
    SECTION_VOLUME = 0x17,
    GUIDED_HEADER = 20, // guid, offset of the data, attributes
    UNPACKED_MAX = 64 << 20,
};

extern char **environ;

static const uint8_t LZMA[16] = {0x98, 0x58, 0x4e, 0xee, 0x14, 0x39, 0x59, 0x42,
                                 0x9d, 0x6e, 0xdc, 0x7b, 0xd7, 0x94, 0x03, 0xcf};

static uint32_t number(const uint8_t *at, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

// The compressed bytes: the first section of that kind. NULL: none.
static const uint8_t *packed_find(const struct predict_file *file, size_t *size)
{
    for (size_t at = SECTION_LARGE; at + GUIDED_HEADER <= file->size; at += 4) {
        if (memcmp(file->bytes + at, LZMA, sizeof(LZMA)) != 0)
            continue;
        uint32_t header = SECTION_HEADER, whole = number(file->bytes + at - 4, 3);
        if (whole == 0xffffff) {
            header = SECTION_LARGE;
            whole = number(file->bytes + at - 4, 4);
        }
        const size_t start = at - header;
        const uint32_t skip = number(file->bytes + at + 16, 2);
        if (skip >= header + GUIDED_HEADER && skip < whole && whole <= file->size - start) {
            *size = whole - skip;
            return file->bytes + start + skip;
        }
    }
    return NULL;
}

// xz, from one descriptor to another. False: it did not start.
static bool xz_start(int in, int out, pid_t *child)
{
    char *words[] = {"xz", "--format=lzma", "--decompress", "--stdout", "--quiet", NULL};
    posix_spawn_file_actions_t actions;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    const bool good = posix_spawnp(child, words[0], &actions, NULL, words, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return good;
}

// At most UNPACKED_MAX bytes; who has more to say hears that nobody reads on.
static size_t pipe_read(int fd, uint8_t *bytes)
{
    size_t size = 0;
    ssize_t n;

    while (size < UNPACKED_MAX && (n = read(fd, bytes + size, UNPACKED_MAX - size)) > 0)
        size += (size_t)n;
    close(fd);
    return size;
}

// NULL: xz is missing or does not understand it.
static uint8_t *unpack(const uint8_t *packed, size_t packed_size, size_t *size)
{
    uint8_t *bytes = malloc(UNPACKED_MAX);
    FILE *in = tmpfile();
    int ends[2] = {-1, -1}, status = -1;
    pid_t child = -1;

    *size = 0;
    if (in && bytes && fwrite(packed, 1, packed_size, in) == packed_size && fflush(in) == 0 &&
        fseek(in, 0, SEEK_SET) == 0 && pipe2(ends, O_CLOEXEC) == 0) {
        const bool runs = xz_start(fileno(in), ends[1], &child);
        close(ends[1]);
        *size = pipe_read(ends[0], bytes);
        if (!runs || waitpid(child, &status, 0) != child || status != 0)
            *size = 0;
    }
    if (in)
        fclose(in);
    if (*size == 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

// The volumes one after another: the first one runs first, changed; the others as they are.
static unsigned volumes_add(struct prediction *p, const uint8_t *bytes, size_t size,
                            const uint8_t changed[PREDICT_SIZE])
{
    unsigned found = 0;

    for (size_t at = 0; at + SECTION_LARGE <= size && found < 4;) {
        uint32_t header = SECTION_HEADER, whole = number(bytes + at, 3);
        if (whole == 0xffffff) {
            header = SECTION_LARGE;
            whole = number(bytes + at + 4, 4);
        }
        if (whole < header || whole > size - at)
            break;
        if (bytes[at + 3] == SECTION_VOLUME && found++ == 0)
            predict_add_digest(p, PCR_FIRMWARE, changed, "first volume, as it was given");
        else if (bytes[at + 3] == SECTION_VOLUME)
            predict_add(p, PCR_FIRMWARE, bytes + at + header, whole - header, "next volume");
        at += ((size_t)whole + 3) / 4 * 4;
    }
    return found;
}

bool predict_firmware(struct prediction *p, const struct predict_file *firmware,
                      const uint8_t changed[PREDICT_SIZE])
{
    static const uint8_t version[2], separator[4]; // OVMF's version is the empty string
    size_t packed_size = 0, size = 0;
    const uint8_t *packed = packed_find(firmware, &packed_size);
    uint8_t *bytes = packed ? unpack(packed, packed_size, &size) : NULL;

    if (bytes)
        predict_add(p, PCR_FIRMWARE, version, sizeof(version), "the firmware's version");
    unsigned found = bytes ? volumes_add(p, bytes, size, changed) : 0;
    free(bytes);
    if (found < 2) {
        report_error("%s holds no volumes that xz can unpack - name OVMF's code, "
                     "OVMF_CODE_4M.secboot.fd, and install xz-utils",
                     firmware->path);
        return false;
    }
    predict_add(p, PCR_FIRMWARE, separator, sizeof(separator), "separator");
    return true;
}
