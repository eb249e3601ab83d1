// SPDX-License-Identifier: GPL-3.0-or-later
// Makes bundles for the boot tests from linked ELF files; images for people are made by the host
// tool. Usage:
//   make_bundle keygen KEY PUB                       a hybrid key pair (crypto/hybrid.h)
//   make_bundle KEY OUT ROLLBACK direct|uefi KERNEL [NAME=CELL...]
// A cell named steward is added if none is given. Trusts its input; stops at the first surprise.
#include "cella/elf.h"
#include "crypto/hybrid.h"
#include "format/bundle_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 32 };

_Noreturn static void fail(const char *what, const char *name)
{
    fprintf(stderr, "make_bundle: %s: %s\n", name, what);
    exit(1);
}

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        fail("out of memory", "calloc");
    return memory;
}

static uint8_t *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail(strerror(errno), path);
    long length = ftell(file);
    rewind(file);
    uint8_t *bytes = zeroed((size_t)length + 1, 1);
    if (fread(bytes, 1, (size_t)length, file) != (size_t)length)
        fail("cannot be read", path);
    fclose(file);
    *size = (size_t)length;
    return bytes;
}

static void file_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        fail("cannot be written", path);
}

static struct bundle_part part_read(const char *name, const char *path, uint32_t kind)
{
    size_t size;
    uint8_t *elf = file_read(path, &size);
    struct bundle_part part = {.entry = {.kind = kind}};
    struct elf_image image;
    struct complaint c = {0};
    strncpy(part.entry.name, name, BUNDLE_NAME - 1);
    if (!elf_convert(path, elf, size, &image, &c))
        fail(c.text, path);
    free(elf);
    part.bytes = image.bytes;
    part.size = image.size;
    part.relocs = image.relocs;
    part.reloc_count = image.reloc_count;
    part.entry.start = image.start;
    part.entry.bss_pages = image.bss_pages;
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        part.entry.part[i].size = image.part_size[i];
    return part;
}

// One page that does nothing, for kernels that start no cell.
static struct bundle_part steward_make(void)
{
    static const uint8_t page[PAGE_SIZE] = {0xeb, 0xfe}; // jmp to itself
    return (struct bundle_part){
        .entry = {.name = "steward", .kind = BUNDLE_CELL, .part = {{.size = 2}}},
        .bytes = page,
        .size = PAGE_SIZE
    };
}

static int keygen(const char *key_path, const char *pub_path)
{
    uint8_t key[HYBRID_SECRET_SIZE], pub[HYBRID_PUBLIC_SIZE];
    FILE *random = fopen("/dev/urandom", "rb");
    if (random == NULL || fread(key, 1, sizeof key, random) != sizeof key)
        fail("cannot be read", "/dev/urandom");
    fclose(random);
    if (hybrid_public(key, pub) != ERR_OK)
        fail("no public key", key_path);
    file_write(key_path, key, sizeof key);
    file_write(pub_path, pub, sizeof pub);
    return 0;
}

static uint32_t parts_read(int count, char **words, struct bundle_part *parts)
{
    uint32_t used = 0, steward = 0;
    parts[used++] = part_read("kernel", words[0], BUNDLE_KERNEL);
    for (int i = 1; i < count && used < PARTS_MAX - 1; i++) {
        char *path = strchr(words[i], '=');
        if (path == NULL)
            fail("is not NAME=FILE", words[i]);
        *path++ = 0;
        steward |= strcmp(words[i], "steward") == 0;
        parts[used++] = part_read(words[i], path, BUNDLE_CELL);
    }
    if (!steward)
        parts[used++] = steward_make();
    return used;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "keygen") == 0)
        return keygen(argv[2], argv[3]);
    if (argc < 6)
        fail("see the head of make_bundle.c", "usage");
    static struct bundle_part parts[PARTS_MAX];
    struct bundle_draft draft = {.profile = "probe", .version = "0", .parts = parts};
    draft.rollback_index = strtoull(argv[3], NULL, 10);
    draft.flags = strcmp(argv[4], "direct") == 0 ? BUNDLE_DIRECT : 0;
    draft.part_count = parts_read(argc - 5, argv + 5, parts);
    size_t key_size;
    uint8_t *key = file_read(argv[1], &key_size), pub[HYBRID_PUBLIC_SIZE];
    if (key_size != HYBRID_SECRET_SIZE || hybrid_public(key, pub) != ERR_OK)
        fail("is not a hybrid secret key", argv[1]);
    hybrid_id(pub, draft.signer);
    uint64_t size = bundle_write_size(&draft);
    uint8_t *bundle = zeroed(1, size + 1);
    enum boot_stop stop = bundle_write(&draft, bundle, size);
    if (stop != BOOT_CLEAR)
        fail(boot_stop_wrong(stop), argv[2]);
    struct bundle_header *header = (void *)bundle;
    uint8_t message[BUNDLE_MESSAGE];
    bundle_message(header, message);
    if (hybrid_make(key, message, sizeof message, header->signature) != ERR_OK)
        fail("cannot be signed", argv[2]);
    file_write(argv[2], bundle, size);
    return 0;
}
