// SPDX-License-Identifier: GPL-3.0-or-later
// The block of an app's own files: one for the same files, nothing else is one, and looking for a
// file in anything at all stays inside.
// Seen to fail: resources_find without the check of `size`, without that of `count` (ASan);
// files_good without the comparison of `offset`, without either bundle_zero; name_follows without
// the comparison of names, without file_name_check, without the size at the end; resources_open
// without `block.size`.
#include "format/resources.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { FILES = 3, MAX = 1024, OVERLONG = RESOURCE_NAME + 1 };

static const char *const names[FILES] = {"words", "a/empty", "pictures/flag.svg"};
static const struct span contents[FILES] = {
    {(const uint8_t *)"yes no",                                 6 },
    {NULL,                                                      0 },
    {(const uint8_t *)"<svg/> with more than thirty-two bytes", 38}
};
static _Alignas(8) uint8_t block[MAX];
static size_t size;

static struct resources_header *header(void)
{
    return (struct resources_header *)(void *)block;
}

static struct resource *file(unsigned index)
{
    return (struct resource *)(void *)(header() + 1) + index;
}

static void make(void)
{
    size = resources_write(names, contents, FILES, block, sizeof block);
    CHECK(size != 0 && size % RESOURCES_ALIGN == 0);
}

static void good(void)
{
    static _Alignas(8) uint8_t again[MAX];
    const char *const other[FILES] = {names[2], names[0], names[1]};
    const struct span others[FILES] = {contents[2], contents[0], contents[1]};
    struct resources r;
    make();
    CHECK_EQ(resources_open((struct span){block, sizeof block}, &r), ERR_OK);
    CHECK_EQ(r.count, FILES);
    CHECK_EQ(r.block.size, size);
    CHECK(strcmp(r.files[0].name, "a/empty") == 0 && strcmp(r.files[2].name, "words") == 0);
    for (unsigned i = 0; i < FILES; i++) {
        const struct span found = resources_find(r.block, names[i]);
        CHECK(found.at != NULL && found.size == contents[i].size);
        if (found.at != NULL && found.size != 0)
            CHECK_MEM(found.at, contents[i].at, found.size);
    }
    CHECK(resources_find(r.block, "word").at == NULL);
    CHECK(resources_find(r.block, "").at == NULL);
    CHECK_EQ(resources_write(other, others, FILES, again, sizeof again), size);
    CHECK_MEM(again, block, size);
}

static void none(void)
{
    struct resources r;
    CHECK_EQ(resources_open((struct span){NULL, 0}, &r), ERR_OK);
    CHECK_EQ(r.count, 0);
    memset(block, 0, sizeof block);
    CHECK_EQ(resources_open((struct span){block, sizeof block}, &r), ERR_OK);
    CHECK_EQ(r.count, 0);
    CHECK(resources_find((struct span){block, sizeof block}, "words").at == NULL);
    CHECK(resources_find((struct span){NULL, 0}, "words").at == NULL);
}

static void expect_bad(size_t room, int line)
{
    struct resources r = {.count = 77};
    if (!CHECK(resources_open((struct span){block, room}, &r) == ERR_BAD_DATA))
        fprintf(stderr, "    line %d\n", line);
    CHECK_EQ(r.count, 77);
    make();
}
#define BAD(change)                                                                                \
    do {                                                                                           \
        change;                                                                                    \
        expect_bad(sizeof block, __LINE__);                                                        \
    } while (0)

static void bad(void)
{
    make();
    for (size_t room = sizeof *header(); room < size; room++)
        expect_bad(room, __LINE__);
    BAD(header()->count = 0);
    BAD(header()->count = FILES - 1);
    BAD(header()->count = RESOURCES_MAX + 1);
    BAD(header()->count = UINT32_MAX);
    BAD(header()->size -= RESOURCES_ALIGN);
    BAD(header()->size += RESOURCES_ALIGN);
    BAD(header()->size = 3);
    BAD(header()->size = UINT32_MAX);
    BAD(file(0)->offset += RESOURCES_ALIGN);
    BAD(file(2)->offset = file(1)->offset);
    BAD(file(1)->size--);
    BAD(file(1)->size = UINT32_MAX);
    BAD(file(0)->name[RESOURCE_NAME - 1] = 'x');
    BAD(file(0)->name[0] = '/');
    BAD(file(0)->name[0] = 'A');
    BAD(memcpy(file(0)->name, "..", 3));
    BAD(memcpy(file(0), file(1)->name, RESOURCE_NAME));
    BAD(memcpy(file(2)->name, "b", 2));
    BAD(block[size - 1] = 1);
    BAD(block[file(2)->offset - 1] = 1);
}

static void unwritable(void)
{
    static const char *const wrong[] = {"", "..", "a/../b", "/a", "a//b", "Big", "a b", "a/"};
    static const char *const twice[] = {"a", "b", "a"};
    static uint8_t small[64];
    const char *many[RESOURCES_MAX + 1];
    struct span nothing[RESOURCES_MAX + 1] = {
        {NULL, 0}
    };
    char overlong[OVERLONG] = {0};
    struct span huge = {block, SIZE_MAX};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_EQ(resources_write(&wrong[i], nothing, 1, block, sizeof block), 0);
    CHECK_EQ(resources_write(twice, nothing, 3, block, sizeof block), 0);
    memset(overlong, 'a', RESOURCE_NAME);
    many[0] = overlong;
    CHECK_EQ(resources_write(many, nothing, 1, block, sizeof block), 0);
    CHECK_EQ(resources_write(names, contents, FILES, small, sizeof small), 0);
    CHECK_EQ(resources_write(names, contents, FILES, block, size - 1), 0);
    CHECK_EQ(resources_write(names, &huge, 1, block, sizeof block), 0);
    CHECK_EQ(resources_write(names, contents, 0, block, sizeof block), 0);
    CHECK_EQ(resources_write(many, nothing, RESOURCES_MAX + 1, block, sizeof block), 0);
}

// Whatever stands there, of any size: what is found lies inside. Exactly as large, so that ASan
// sees a byte too many.
static void found_inside(void)
{
    uint32_t random = 1;
    for (unsigned round = 0; round < 20000; round++) {
        random = random * 1664525 + 1013904223;
        const size_t room = random >> 8 & 1 ? size : (random >> 9) % (size + 1);
        uint8_t *copy = malloc(room + (room == 0));
        if (copy == NULL)
            abort();
        make();
        memcpy(copy, block, room);
        for (unsigned i = 0; i < 3; i++) {
            random = random * 1664525 + 1013904223;
            const size_t at = (random >> 8) % 300;
            if (at < room)
                copy[at] = (uint8_t)(random & 1 ? 0xff : random >> 24);
        }
        const struct span found = resources_find((struct span){copy, room}, "words");
        CHECK(found.at == NULL || (found.at >= copy && found.at + found.size <= copy + room));
        free(copy);
    }
}

int main(void)
{
    good();
    none();
    bad();
    unwritable();
    found_inside();
    return unit_done();
}
