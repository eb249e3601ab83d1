// SPDX-License-Identifier: GPL-3.0-or-later
// Structure: each way in which a package can be wrong has its own refusal. Who vouches for it is in
// package_judge_test.c.
#include "format/install.h"
#include "format/package_sample.h"
#include "tests/unit.h"

enum { IMAGE, MANIFEST, PLAN, FILE_COUNT };

static struct package_sample sample;
static bool seen[PACKAGE_REFUSAL_COUNT];

static enum package_refusal open_as(size_t size)
{
    struct package package = {0};
    enum package_refusal why = PACKAGE_REFUSAL_COUNT;
    err_t error = package_open(sample.bytes, size, &package, &why);
    CHECK_EQ(error, why == PACKAGE_GOOD ? ERR_OK : ERR_BAD_DATA);
    CHECK(why == PACKAGE_GOOD || package.bytes == NULL);
    if (why < PACKAGE_REFUSAL_COUNT)
        seen[why] = true;
    return why;
}

static struct package_header *header(void)
{
    return (struct package_header *)(void *)sample.bytes;
}

static struct package_file *file(unsigned index)
{
    return (struct package_file *)(void *)(header() + 1) + index;
}

static struct plan_app *app(void)
{
    return (struct plan_app *)(void *)(sample.bytes + file(PLAN)->offset);
}

static struct plan_grant *grant(void)
{
    return (struct plan_grant *)(void *)(app() + 1);
}

static uint8_t *image(void)
{
    return sample.bytes + file(IMAGE)->offset;
}

// What was changed gets a root of its own, as somebody would make it who wants to deceive; then the
// package is as before.
static void expect(enum package_refusal wanted, int line)
{
    static struct package_sample good;
    const size_t archive = sample.size - PACKAGE_HASH;
    if (good.bytes == NULL)
        good = package_sample_make(1, 0);
    package_root(sample.bytes, archive, sample.bytes + archive);
    enum package_refusal why = open_as(sample.size);
    if (!CHECK(why == wanted))
        fprintf(stderr, "    line %d: %d instead of %d\n", line, (int)why, (int)wanted);
    memcpy(sample.bytes, good.bytes, sample.size);
    CHECK_EQ(open_as(sample.size), PACKAGE_GOOD);
}
#define EXPECT(change, refusal)                                                                    \
    do {                                                                                           \
        change;                                                                                    \
        expect(PACKAGE_REFUSED_##refusal, __LINE__);                                               \
    } while (0)

static void test_good(void)
{
    struct package p;
    enum package_refusal why;
    CHECK_EQ(package_open(sample.bytes, sample.size, &p, &why), ERR_OK);
    CHECK_EQ(p.file_count, FILE_COUNT);
    CHECK(strcmp(p.app->cell.name, "note") == 0 && p.app->number == 1);
    CHECK_EQ(p.app->grant_count, 2);
    CHECK_EQ(p.grants[1].consent, 8);
    CHECK_EQ(p.manifest.size, strlen(PACKAGE_SAMPLE_MANIFEST));
    CHECK_MEM(p.manifest.at, PACKAGE_SAMPLE_MANIFEST, p.manifest.size);
    CHECK_EQ(p.chain.size, 0);
    CHECK(package_find(&p, "plan").at != NULL);
    CHECK(package_find(&p, "plam").at == NULL);
    CHECK_EQ(package_constants(&p).size, 77);
    CHECK_EQ(package_constants(&p).at[0], (uint8_t)(2 * PAGE_SIZE * 7 + 2 * PAGE_SIZE / 251));
    struct package_sample again = package_sample_make(1, 0);
    CHECK(again.size == sample.size);
    CHECK_MEM(again.bytes, sample.bytes, sample.size);
    free(again.bytes);
}

static void test_file(void)
{
    CHECK_EQ(open_as(0), PACKAGE_REFUSED_SHORT);
    CHECK_EQ(open_as(PAGE_SIZE), PACKAGE_REFUSED_SHORT);
    CHECK_EQ(open_as(sample.size - 1), PACKAGE_REFUSED_SIZE);
    CHECK_EQ(open_as(PACKAGE_MAX + 1), PACKAGE_REFUSED_TOO_LARGE);
    EXPECT(header()->magic ^= 1, NOT_PACKAGE);
    EXPECT(header()->format = 2, FORMAT);
    EXPECT(header()->size = 0, SIZE);
    EXPECT(header()->size -= 1, SIZE);
    EXPECT(header()->size += PAGE_SIZE, SIZE);
    EXPECT(header()->size = UINT64_MAX - PAGE_SIZE + 1, SIZE);
    EXPECT(header()->zero = 1, HEADER);
    EXPECT(header()->file_count = 0, COUNT);
    EXPECT(header()->file_count = PACKAGE_FILES + 1, COUNT);
    EXPECT(header()->file_count = UINT32_MAX, COUNT);
}

// One bit anywhere in archive or root, and nobody believes it.
static void test_every_bit(void)
{
    for (size_t at = 0; at < sample.size; at += at < 1024 ? 1 : 61) {
        const uint8_t bit = (uint8_t)(1u << at % 8);
        sample.bytes[at] ^= bit;
        enum package_refusal why = open_as(sample.size);
        CHECK(why == PACKAGE_REFUSED_DAMAGED ||
              (at < sizeof(struct package_header) && why != PACKAGE_GOOD));
        sample.bytes[at] ^= bit;
    }
}

static void name_set(unsigned index, const char *name)
{
    memset(file(index)->name, 0, PACKAGE_NAME);
    memcpy(file(index)->name, name, strlen(name));
}

static void test_names(void)
{
    EXPECT(name_set(PLAN, "resources/../../boot"), OUTSIDE);
    EXPECT(name_set(PLAN, ".."), OUTSIDE);
    EXPECT(name_set(PLAN, "resources/.."), OUTSIDE);
    EXPECT(name_set(PLAN, "/resources"), OUTSIDE);
    EXPECT(name_set(PLAN, "resources/./words"), NAME);
    EXPECT(name_set(PLAN, "resources//words"), NAME);
    EXPECT(name_set(PLAN, "resources/"), NAME);
    EXPECT(name_set(PLAN, "resources/Words"), NAME);
    EXPECT(name_set(PLAN, "resources\\words"), NAME);
    EXPECT(name_set(PLAN, ""), NAME);
    EXPECT(file(PLAN)->name[PACKAGE_NAME - 1] = 'x', NAME);
    EXPECT(memset(file(PLAN)->name, 'r', PACKAGE_NAME), NAME);
    EXPECT(file(PLAN)->kind = PACKAGE_LINK, LINK);
    EXPECT(file(PLAN)->kind = 0, KIND);
    EXPECT(file(PLAN)->kind = UINT32_MAX, KIND);
    EXPECT(file(PLAN)->zero = 1, HIDDEN);
    EXPECT(name_set(PLAN, "manifest.toml"), DUPLICATE);
    EXPECT(name_set(PLAN, "a"), ORDER);
    EXPECT(name_set(IMAGE, "helper"), EXTRA);
    EXPECT(name_set(PLAN, "readme"), EXTRA);
    EXPECT(name_set(PLAN, "resources/words"), EXTRA);
    EXPECT(header()->file_count = 0, COUNT);
}

// One fewer than before, at the places that belong to two.
static void two_files(unsigned first, unsigned second)
{
    const uint32_t archive = (uint32_t)header()->size;
    struct package_file kept[2] = {*file(first), *file(second)};
    uint8_t *old = malloc(archive);
    uint32_t at = sizeof(struct package_header) + sizeof kept;
    if (old == NULL)
        abort();
    memcpy(old, sample.bytes, archive);
    memset(sample.bytes + sizeof(struct package_header), 0,
           archive - sizeof(struct package_header));
    for (unsigned i = 0; i < 2; i++) {
        at = (at + PACKAGE_ALIGN - 1) / PACKAGE_ALIGN * PACKAGE_ALIGN;
        memcpy(sample.bytes + at, old + kept[i].offset, kept[i].size);
        kept[i].offset = at;
        at += kept[i].size;
    }
    header()->file_count = 2;
    header()->size = (at + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    memcpy(file(0), kept, sizeof kept);
    free(old);
    package_root(sample.bytes, (size_t)header()->size, sample.bytes + header()->size);
}

static void test_missing(void)
{
    static const enum package_refusal wanted[FILE_COUNT] = {
        PACKAGE_REFUSED_NO_IMAGE, PACKAGE_REFUSED_NO_MANIFEST, PACKAGE_REFUSED_NO_PLAN};
    for (unsigned gone = 0; gone < FILE_COUNT; gone++) {
        struct package_sample kept = sample;
        sample = package_sample_make(1, 0);
        two_files(gone == 0, gone == FILE_COUNT - 1 ? 1 : 2);
        CHECK_EQ(open_as((size_t)header()->size + PACKAGE_HASH), wanted[gone]);
        free(sample.bytes);
        sample = kept;
    }
}

static void test_places(void)
{
    EXPECT(file(IMAGE)->offset += PACKAGE_ALIGN, PLACE);
    EXPECT(file(IMAGE)->offset = 0, PLACE);
    EXPECT(file(MANIFEST)->offset = file(IMAGE)->offset, PLACE);
    EXPECT(file(IMAGE)->size = UINT32_MAX, PLACE);
    EXPECT(file(PLAN)->size = (uint32_t)header()->size, PLACE);
    EXPECT(sample.bytes[file(PLAN)->offset - 1] = 1, HIDDEN);
    EXPECT(sample.bytes[file(PLAN)->offset + file(PLAN)->size] = 1, HIDDEN);
    EXPECT(sample.bytes[header()->size - 1] = 1, HIDDEN);
    EXPECT(header()->file_count = 2, PLACE); // what follows lies elsewhere with a shorter table
    EXPECT(file(MANIFEST)->size--, HIDDEN);
}

static void test_manifest(void)
{
    EXPECT(sample.bytes[file(MANIFEST)->offset] = 0x1b, MANIFEST);
    EXPECT(sample.bytes[file(MANIFEST)->offset + 2] = 0x80, MANIFEST);
    EXPECT(sample.bytes[file(MANIFEST)->offset + 3] = 0, MANIFEST);
}

static void test_plan(void)
{
    EXPECT(app()->magic ^= 1, PLAN);
    EXPECT(app()->grant_count = 1, PLAN);
    EXPECT(app()->grant_count = PLAN_APP_GRANTS + 1, PLAN);
    EXPECT(app()->version++, PLAN_VERSION);
    EXPECT(app()->cell.name[0] = '1', PLAN_NAME);
    EXPECT(app()->cell.name[1] = 'X', PLAN_NAME);
    EXPECT(app()->cell.name[0] = 0, PLAN_NAME);
    EXPECT(app()->cell.app_id[31] = 'x', PLAN_NAME);
    EXPECT(app()->cell.argument[0] = '\n', PLAN_NAME);
    EXPECT(memset(app()->cell.argument, 'x', 256), PLAN_NAME);
    EXPECT(app()->version_text[0] = 0, PLAN_NAME);
    EXPECT(app()->version_text[0] = 0x1b, PLAN_NAME);
    EXPECT(app()->version_text[1] = ' ', PLAN_NAME);
    EXPECT(app()->cell.publisher[31] = 1, PLAN_PUBLISHER);
    EXPECT(app()->known = 1, PLAN_PUBLISHER);
    EXPECT(app()->cell.service = 7, PLAN_RIGHTS);
    EXPECT(app()->cell.image = 1, PLAN_RIGHTS);
    EXPECT(app()->cell.untyped_pages = 1, PLAN_RIGHTS);
    EXPECT(app()->cell.flags = 0, PLAN_RIGHTS);
    EXPECT(app()->cell.flags |= PLAN_CELLS, PLAN_RIGHTS);
    EXPECT(app()->cell.flags |= PLAN_SEED, PLAN_RIGHTS);
    EXPECT(app()->cell.flags |= PLAN_RESTART, PLAN_RIGHTS);
    EXPECT(app()->cell.ports[3].count = 1, PLAN_RIGHTS);
    EXPECT(app()->cell.mmio[0].first = 1, PLAN_RIGHTS);
    EXPECT(app()->cell.interrupts[1] = 1, PLAN_RIGHTS);
}

static void test_plan_numbers(void)
{
    EXPECT(app()->number = 0, PLAN_NUMBERS);
    EXPECT(app()->zero = 1, PLAN_NUMBERS);
    EXPECT(app()->cell.zero = 1, PLAN_NUMBERS);
    EXPECT(app()->cell.heap_pages = UINT32_MAX, PLAN_NUMBERS);
    EXPECT(app()->cell.stack_pages = 0, PLAN_NUMBERS);
    EXPECT(app()->cell.stack_pages = UINT32_MAX, PLAN_NUMBERS);
    EXPECT(app()->cell.slots = 64, PLAN_NUMBERS);
    EXPECT(app()->cell.slots = 131072, PLAN_NUMBERS);
    EXPECT(app()->cell.slots = 300, PLAN_NUMBERS);
    EXPECT(app()->cell.priority = 0, PLAN_NUMBERS);
    EXPECT(app()->cell.priority = STEWARD_PRIORITY, PLAN_NUMBERS);
    EXPECT(app()->cell.budget_us = 1, PLAN_NUMBERS);
    EXPECT(app()->cell.period_us = 1, PLAN_NUMBERS);
    EXPECT((app()->cell.budget_us = 1, app()->cell.period_us = UINT32_MAX), PLAN_NUMBERS);
    EXPECT(grant()->cell = 1, PLAN_GRANTS);
    EXPECT(grant()->service = 0, PLAN_GRANTS);
    EXPECT(grant()->service = START_SERVICES, PLAN_GRANTS);
    EXPECT(grant()->service = 7, PLAN_GRANTS);
    EXPECT(grant()->methods = 0, PLAN_GRANTS);
    EXPECT(grant()->methods |= 1, PLAN_GRANTS);
    EXPECT(grant()->consent = UINT64_C(1) << 63, PLAN_GRANTS);
    EXPECT(grant()[1].consent = 4, PLAN_GRANTS);
}

static void test_program(void)
{
    EXPECT(app()->image.kind = BUNDLE_KERNEL, IMAGE);
    EXPECT(app()->image.kind = BUNDLE_PLAN, IMAGE);
    EXPECT(app()->image.start = UINT64_MAX, IMAGE);
    EXPECT(app()->image.part[BUNDLE_TEXT].size = 0, IMAGE);
    EXPECT(app()->image.part[BUNDLE_DATA].offset = UINT32_MAX, IMAGE);
    EXPECT(app()->image.part[BUNDLE_DATA].size = UINT32_MAX, IMAGE);
    EXPECT(app()->image.relocs.size = 2, IMAGE);
    EXPECT(app()->image.bss_pages = UINT32_MAX, IMAGE);
    EXPECT(app()->image.name[0] = 'x', IMAGE);
    EXPECT(app()->image.root[0] ^= 1, IMAGE);
    EXPECT(app()->size += PAGE_SIZE, IMAGE);
    EXPECT(image()[0] ^= 1, CODE);
    EXPECT(image()[app()->image.part[BUNDLE_RODATA].offset] ^= 1, CODE);
    EXPECT(image()[app()->image.tree.offset] ^= 1, CODE);
    EXPECT(app()->code_root[31] ^= 1, CODE_ROOT);
}

static enum package_refusal written(const struct package_draft *draft)
{
    static _Alignas(PAGE_SIZE) uint8_t out[PACKAGE_MAX];
    enum package_refusal why = PACKAGE_GOOD;
    size_t size = 0;
    CHECK_EQ(package_write(draft, out, &size, &why), ERR_BAD_DATA);
    CHECK_EQ(size, 0);
    return why;
}

static void test_write(void)
{
    static uint8_t large[PACKAGE_MAX];
    struct bundle_part part;
    struct package_draft draft = package_sample_draft(1, 0, &part);
    memset(large, ' ', sizeof large);
    draft.manifest = (struct span){large, sizeof large};
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_TOO_LARGE);
    draft.manifest.size = SIZE_MAX;
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_TOO_LARGE);
    draft.manifest.size = PACKAGE_MANIFEST_MAX + 1;
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_MANIFEST);
    draft.manifest.size = 0;
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_MANIFEST);
    part.entry.start = PAGE_SIZE * 2;
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_IMAGE);
    draft.grant_count = PLAN_APP_GRANTS + 1;
    CHECK_EQ(written(&draft), PACKAGE_REFUSED_PLAN_GRANTS);
}

static void test_install_frames(void)
{
    const struct install_begin begin = {
        77, {1, 2, 3}
    };
    const struct install_job job = {INSTALL_REFUSED, 1, 2, 3, 4, INSTALL_CEILING_NAME, 6, 7, 8};
    const struct install_record record = {9, 1, "note", "1.0", {5}, 3};
    uint8_t bytes[INSTALL_RECORD_SIZE];
    struct install_begin begin_back;
    struct install_job job_back;
    struct install_record record_back;
    install_begin_put(&begin, bytes);
    CHECK_EQ(install_begin_get(bytes, INSTALL_BEGIN_SIZE, &begin_back), ERR_OK);
    CHECK_MEM(&begin, &begin_back, sizeof begin);
    CHECK_EQ(install_begin_get(bytes, INSTALL_BEGIN_SIZE - 1, &begin_back), ERR_BAD_DATA);
    CHECK_EQ(install_begin_get(bytes, INSTALL_BEGIN_SIZE + 1, &begin_back), ERR_BAD_DATA);
    install_job_put(&job, bytes);
    CHECK_EQ(install_job_get(bytes, INSTALL_JOB_SIZE, &job_back), ERR_OK);
    CHECK_MEM(&job, &job_back, sizeof job);
    CHECK_EQ(install_job_get(bytes, INSTALL_JOB_SIZE - 1, &job_back), ERR_BAD_DATA);
    bytes[0] = INSTALL_STATE_LAST + 1;
    CHECK_EQ(install_job_get(bytes, INSTALL_JOB_SIZE, &job_back), ERR_BAD_DATA);
    install_record_put(&record, bytes);
    CHECK_EQ(install_record_get(bytes, sizeof bytes, &record_back), ERR_OK);
    CHECK(record_back.number == 3 && record_back.pages == 9 && record_back.publisher[0] == 5);
    bytes[8] = 0x1b; // what is shown on a terminal does not speak to it
    CHECK_EQ(install_record_get(bytes, sizeof bytes, &record_back), ERR_BAD_DATA);
}

// What opening and writing can say was said; the rest belongs to judging. No two say the same.
static void test_table(void)
{
    for (uint32_t i = 0; i <= PACKAGE_REFUSAL_COUNT; i++)
        for (uint32_t k = 0; k < i; k++)
            CHECK(strcmp(package_refusal_sentence(i), package_refusal_sentence(k)) != 0);
    for (int i = 1; i < PACKAGE_REFUSED_UNSIGNED; i++)
        if (!CHECK(seen[i]))
            fprintf(stderr, "    refusal %d has no test\n", i);
}

int main(void)
{
    sample = package_sample_make(1, 0);
    test_good();
    test_file();
    test_every_bit();
    test_names();
    test_missing();
    test_places();
    test_manifest();
    test_plan();
    test_plan_numbers();
    test_program();
    test_write();
    test_install_frames();
    test_table();
    free(sample.bytes);
    return unit_done();
}
