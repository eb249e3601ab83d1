// SPDX-License-Identifier: GPL-3.0-or-later
// A package whose root is right, whatever it holds: what a developer with bad intentions can sign.
#include "format/package_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    if (number > 1)
        return 0;
    struct package_sample sample = package_sample_make(1 + number, (uint8_t)number);
    size_t size = sample.size;
    require(size <= max);
    memcpy(out, sample.bytes, size);
    free(sample.bytes);
    return size;
}

static void inside(const struct package *p, struct span s)
{
    require(s.at >= p->bytes && s.size <= p->size && s.at <= p->bytes + p->size - s.size);
}

static void root_mend(uint8_t *bytes, size_t size)
{
    struct package_header header;
    if (size < PAGE_SIZE + PACKAGE_HASH)
        return;
    memcpy(&header, bytes, sizeof header);
    if (header.size != 0 && header.size % PAGE_SIZE == 0 && header.size <= size - PACKAGE_HASH)
        package_root(bytes, (size_t)header.size, bytes + header.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + (size == 0)), sum = 0;
    struct package p = {0};
    enum package_refusal why;
    require(bytes != NULL);
    memcpy(bytes, data, size);
    root_mend(bytes, size);
    err_t error = package_open(bytes, size, &p, &why);
    require(why < PACKAGE_REFUSAL_COUNT && (error == ERR_OK) == (why == PACKAGE_GOOD));
    if (error == ERR_OK) {
        inside(&p, p.image);
        inside(&p, p.manifest);
        for (uint32_t i = 0; i < p.file_count; i++)
            inside(&p, package_find(&p, p.files[i].name));
        for (size_t i = 0; i < p.image.size; i++)
            sum = (uint8_t)(sum + p.image.at[i]);
        for (uint32_t i = 0; i < p.app->grant_count; i++)
            require(p.grants[i].service < START_SERVICES && p.grants[i].cell == 0);
        require(p.app->cell.name[BUNDLE_NAME - 1] == 0 && p.size + PACKAGE_HASH <= size);
    }
    free(bytes);
    return sum & 0;
}
