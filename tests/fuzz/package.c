// SPDX-License-Identifier: GPL-3.0-or-later
// A package whose root is right, unless it begins with ff, whatever it holds: what a developer with
// bad intentions can sign. The mutator also puts files, parts and code tree right again.
#include "format/package_sample.h"
#include "tests/fuzz/images.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

static void require(bool cond)
{
    if (!cond)
        abort();
}

// Where a number lies: in the header, in the table's entry of a file of the sample, in its plan.
enum { SEEDS = 2, LEFT_ALONE = 0xff };
enum place { HEADER, IMAGE, MANIFEST, PLAN, EMPTY, WORDS, IN_PLAN, IN_GRANTS };

#define IN_HEADER(field)     HEADER, offsetof(struct package_header, field)
#define IN_FILE(file, field) file, offsetof(struct package_file, field)
#define IN_APP(field)        IN_PLAN, offsetof(struct plan_app, field)

// What is refused, each for a reason of its own.
static const struct {
    enum place place;
    size_t at;
    uint32_t width;
    uint64_t value;
} edits[] = {
    {IN_HEADER(magic),            8,                      0},
    {IN_HEADER(format),           4,                      9},
    {IN_HEADER(size),             8,                      5000},
    {IN_HEADER(zero),             8,                      1},
    {IN_HEADER(file_count),       4,                      65},
    {IN_HEADER(file_count),       4,                      1},
    {IN_FILE(EMPTY,               name[0]),               1,'/'},
    {IN_FILE(EMPTY,                           name[0]),                                     1,'R'},
    {IN_FILE(EMPTY,                        name[0]),                                              1,                                's'},
    {IN_FILE(EMPTY,                          name[10]),1,'.'},
    {IN_FILE(EMPTY,name[9]),               4,                                            0x2f2e2e2f},
    {IN_FILE(EMPTY,               name[9]),                                     2,0x2f2f},
    {IN_FILE(EMPTY,                           kind),                                     4,PACKAGE_LINK},
    {IN_FILE(EMPTY,                     kind),                                           4,          7},
    {IN_FILE(EMPTY,                          zero),4,1},
    {IN_FILE(EMPTY,  offset),4,1},
    {IN_FILE(WORDS,               size),       4,5},
    {IN_FILE(WORDS,                           name[0]),                                     1,'a'},
    {IN_FILE(IMAGE,                          name[0]),                                                1,                                                                  'h'},
    {IN_FILE(MANIFEST,                          name[12]),                                         1,                                   'm'},
    {IN_FILE(PLAN,name[3]),1,'o'},
    {IN_APP(magic),               8,    0},
    {IN_APP(version),                           4,                                  0},
    {IN_APP(grant_count),                        4,                                              33},
    {IN_APP(cell.name[0]),                          1,                                                                    '1'                                                             },
    {IN_APP(version_text[0]),            1,                              7                                                                          },
    {IN_APP(known),4,1},
    {IN_APP(cell.untyped_pages),   4,1},
    {IN_APP(cell.slots), 4,129},
    {IN_GRANTS,               offsetof(struct plan_grant,       methods),8, 1},
    {IN_GRANTS,                           offsetof(struct plan_grant,                                                             cell),             4, 1},
    {IN_APP(size),                        8,                                                                    0                              },
    {IN_APP(image.start),                          8,                                                                                             1 << 20                                                                                                                                                                                                         },
    {IN_APP(image.part[BUNDLE_TEXT].size),4,2 * PAGE_SIZE + 1                                                             },
    {IN_APP(code_root[0]),                           1,                                         0},
};
enum { EDITS = sizeof edits / sizeof edits[0] };

static void seed_edit(uint8_t *out, unsigned number)
{
    const struct package_file *files =
        (const struct package_file *)(const void *)(out + sizeof(struct package_header));
    const size_t plan = files[PLAN - IMAGE].offset;
    const enum place place = edits[number].place;
    const size_t begin = place == HEADER    ? 0
                         : place == IN_PLAN ? plan
                         : place == IN_GRANTS
                             ? plan + sizeof(struct plan_app)
                             : (size_t)((const uint8_t *)&files[place - IMAGE] - out);
    memcpy(out + begin + edits[number].at, &edits[number].value, edits[number].width);
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    if (number >= SEEDS + EDITS)
        return 0;
    struct package_sample sample =
        package_sample_make(1 + number % SEEDS, (uint8_t)(number % SEEDS));
    size_t size = sample.size;
    require(size <= max);
    memcpy(out, sample.bytes, size);
    free(sample.bytes);
    if (number >= SEEDS)
        seed_edit(out, number - SEEDS);
    return size;
}

// ---- the mutator

// Each file where it must be. The plan's place; 0: there is none.
static size_t files_lay(struct package_file *files, uint32_t count)
{
    size_t at = sizeof(struct package_header) + count * sizeof *files, plan = 0;
    for (uint32_t i = 0; i < count; i++) {
        at = (at + PACKAGE_ALIGN - 1) / PACKAGE_ALIGN * PACKAGE_ALIGN;
        files[i].offset = (uint32_t)at;
        plan = memcmp(files[i].name, "plan", 5) == 0 ? at : plan;
        at += files[i].size;
    }
    return plan;
}

// The parts of the first file, the image, as the plan says, and the tree over them.
static void image_lay(uint8_t *data, size_t size, const struct package_file *image, size_t plan)
{
    struct plan_app *app = (struct plan_app *)(void *)(data + plan);
    uint64_t at = 0;
    if (plan == 0 || plan > size || size - plan < sizeof *app || image->offset > size ||
        image->size > size - image->offset)
        return;
    app->size = image->size;
    entry_lay(&app->image, &at);
    entry_seal(&app->image, data + image->offset, image->size);
    memcpy(app->code_root, app->image.root, sizeof app->code_root);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    enum { FILES_MOST = 8 };
    struct chance c = {seed};
    struct package_header header;
    const uint32_t way = chance_below(&c, 4);
    if (way == 0 || size < PAGE_SIZE)
        return LLVMFuzzerMutate(data, size, max);
    memcpy(&header, data, sizeof header);
    const uint32_t count = header.file_count < FILES_MOST ? header.file_count : FILES_MOST;
    struct package_file *files = (struct package_file *)(void *)(data + sizeof header);
    const size_t table = sizeof header + count * sizeof *files;
    const size_t plan = way > 1 ? files_lay(files, count) : 0;
    const size_t begins[] = {0, sizeof header, plan, 0};
    const size_t ends[] = {table, table, plan + sizeof(struct plan_app) + 64, size};
    for (uint32_t i = 1 + chance_below(&c, 3); i > 0; i--) {
        const uint32_t place = chance_below(&c, 4);
        if (ends[place] <= size)
            number_change(&c, data, begins[place], ends[place]);
    }
    if (way > 1 && count > 0)
        image_lay(data, size, &files[0], files_lay(files, count));
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
    if (header.size != 0 && header.size % PAGE_SIZE == 0 && header.size <= size - PACKAGE_HASH &&
        bytes[header.size] != LEFT_ALONE)
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
