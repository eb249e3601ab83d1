// SPDX-License-Identifier: GPL-3.0-or-later
// What an app and the host's tools find at the beginning of a program's constants.
#include "format/resources.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const char *const names[] = {"words", "a/empty", "pictures/flag.svg"};
    static const struct span contents[] = {
        {(const uint8_t *)"yes no", 6},
        {NULL,                      0},
        {(const uint8_t *)"<svg/>", 6}
    };
    return number < 3 ? resources_write(names, contents, number + 1, out,
                                        max < RESOURCES_SIZE_MAX ? max : RESOURCES_SIZE_MAX)
                      : 0;
}

static uint8_t look(struct span block, const char *name)
{
    const struct span found = resources_find(block, name);
    uint8_t sum = 0;
    require(found.at == NULL || (found.at >= block.at && found.size <= block.size &&
                                 found.at <= block.at + block.size - found.size));
    for (size_t i = 0; i < found.size; i++)
        sum = (uint8_t)(sum + found.at[i]);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + (size == 0)), sum = 0;
    struct resources r = {.count = 0};
    require(bytes != NULL);
    memcpy(bytes, data, size);
    const struct span all = {bytes, size};
    sum = (uint8_t)(look(all, "words") + look(all, ""));
    if (resources_open(all, &r) == ERR_OK)
        for (uint32_t i = 0; i < r.count; i++) {
            require(r.files[i].name[RESOURCE_NAME - 1] == 0);
            require(resources_find(r.block, r.files[i].name).size == r.files[i].size);
            sum = (uint8_t)(sum + look(r.block, r.files[i].name));
        }
    free(bytes);
    return sum & 0;
}
