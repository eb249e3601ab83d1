// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a linked program: refused with one message, or an image whose numbers agree with one
// another, so that it can be put into a bundle and relocated.
#include "cella/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Where things lie in the seed: the headers with the text, a page each of tables and data, the
// relocations. In memory each part begins on a page.
enum {
    SEGMENTS = 6,
    TEXT_SIZE = 16,
    TABLES_AT = 512,
    TABLES_SIZE = 16,
    DATA_AT = TABLES_AT + TABLES_SIZE,
    DATA_SIZE = 8,
    LINK_AT = DATA_AT + DATA_SIZE,
    RELOCS = 2,
    LINK_PLACE = 4 * PAGE_SIZE,
    TEXT_AT = LINK_AT + RELOCS * sizeof(Elf64_Rela) + 4 * sizeof(Elf64_Dyn),
    SEED_SIZE = TEXT_AT + TEXT_SIZE,
};

static void require(int cond)
{
    if (!cond)
        abort();
}

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t offset, uint64_t address,
                          uint64_t size, uint64_t memory)
{
    return (Elf64_Phdr){type, flags, offset, address, address, size, memory, PAGE_SIZE};
}

// A small program with text, tables, data and two relocations.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    const uint64_t relocs_size = RELOCS * sizeof(Elf64_Rela);
    const uint64_t link_size = TEXT_AT - LINK_AT;
    const Elf64_Ehdr header = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_DYN,
        .e_machine = EM_X86_64,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = SEGMENTS,
        .e_entry = 4
    };
    const Elf64_Phdr segments[SEGMENTS] = {
        segment(PT_LOAD, PF_R | PF_X, TEXT_AT, 0, TEXT_SIZE, TEXT_SIZE),
        segment(PT_LOAD, PF_R, TABLES_AT, PAGE_SIZE, TABLES_SIZE, TABLES_SIZE),
        segment(PT_LOAD, PF_R | PF_W, DATA_AT, 2 * PAGE_SIZE, DATA_SIZE, PAGE_SIZE + 1),
        segment(PT_LOAD, PF_R, LINK_AT, LINK_PLACE, link_size, link_size),
        segment(PT_GNU_RELRO, PF_R, TABLES_AT, PAGE_SIZE, TABLES_SIZE, TABLES_SIZE),
        segment(PT_DYNAMIC, PF_R, LINK_AT + relocs_size, LINK_PLACE + relocs_size,
                link_size - relocs_size, link_size - relocs_size)};
    const Elf64_Rela relocs[RELOCS] = {
        {2 * PAGE_SIZE, R_X86_64_RELATIVE, 8            },
        {PAGE_SIZE + 8, R_X86_64_RELATIVE, 2 * PAGE_SIZE}
    };
    const Elf64_Dyn dynamic[] = {
        {DT_RELA,    {LINK_PLACE}        },
        {DT_RELASZ,  {relocs_size}       },
        {DT_RELAENT, {sizeof(Elf64_Rela)}},
        {DT_NULL,    {0}                 }
    };
    struct elf_image image;
    struct complaint c = {0};

    if (number > 0 || max < SEED_SIZE)
        return 0;
    memset(out, 0, SEED_SIZE);
    memcpy(out, &header, sizeof header);
    memcpy(out + sizeof header, segments, sizeof segments);
    memcpy(out + LINK_AT, relocs, sizeof relocs);
    memcpy(out + LINK_AT + sizeof relocs, dynamic, sizeof dynamic);
    memset(out + TEXT_AT, 0x90, TEXT_SIZE);
    require(elf_convert("seed", out, SEED_SIZE, &image, &c)); // or it would be none
    elf_image_free(&image);
    return SEED_SIZE;
}

// Parts on whole pages, one behind the other; relocations ascending, in tables and data alone.
static void image_require(const struct elf_image *image)
{
    uint64_t first[BUNDLE_PARTS + 1] = {0}, least;

    for (int i = 0; i < BUNDLE_PARTS; i++)
        first[i + 1] = first[i] + (image->part_size[i] + PAGE_SIZE - 1ull) / PAGE_SIZE * PAGE_SIZE;
    require(image->size == first[BUNDLE_PARTS] && image->size <= BUNDLE_PAGES_MAX * PAGE_SIZE);
    require(image->start < image->part_size[BUNDLE_TEXT]);
    least = first[BUNDLE_RELRO];
    for (uint64_t i = 0; i < image->reloc_count; i++) {
        uint64_t at = image->relocs[i], word;
        require(at >= least && at % sizeof word == 0 && at + sizeof word <= image->size);
        memcpy(&word, image->bytes + at, sizeof word);
        require(word <= image->size + (uint64_t)image->bss_pages * PAGE_SIZE);
        least = at + sizeof word;
    }
    for (int i = 0; i < BUNDLE_PARTS; i++) // what fills a part up to whole pages is zero
        for (uint64_t at = first[i] + image->part_size[i]; at < first[i + 1]; at++)
            require(image->bytes[at] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_image image = {0};
    struct complaint c = {0};

    if (elf_convert("fuzz", data, size, &image, &c)) {
        require(c.number == ELF_FINE);
        image_require(&image);
        elf_image_free(&image);
    } else {
        require(c.number > ELF_FINE && c.number < ELF_MESSAGE_COUNT && image.bytes == NULL);
    }
    return 0;
}
