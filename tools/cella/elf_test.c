// SPDX-License-Identifier: GPL-3.0-or-later
// Small linked programs made here: good ones become the image they should, and each thing that can
// be wrong is refused with its own message.
#include "elf.h"

#include "abi/layout.h"
#include "tests/unit.h"

#include <elf.h>
#include <stdlib.h>

enum { SEGMENTS = 6, FILE_SIZE = 8 * PAGE_SIZE, DYNAMIC_AT = 0x100, RELA_AT = 0x200 };

// A file with one page of text, one of rodata and 16 bytes of data with bss behind, to be spoilt.
struct sample {
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS];
    uint8_t pages[3][PAGE_SIZE]; // text, rodata, data
    size_t size;
    enum elf_kind kind;
};

static bool seen[ELF_MESSAGE_COUNT];

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t offset, uint64_t address,
                          uint64_t file_size, uint64_t memory_size)
{
    return (Elf64_Phdr){type, flags, offset, address, address, file_size, memory_size, PAGE_SIZE};
}

static struct sample sample_make(enum elf_kind kind)
{
    struct sample s = {.size = FILE_SIZE, .kind = kind};
    uint64_t base = kind == ELF_CELL ? CELL_CODE_BASE : 0;

    memcpy(s.header.e_ident, ELFMAG, SELFMAG);
    s.header.e_ident[EI_CLASS] = ELFCLASS64;
    s.header.e_ident[EI_DATA] = ELFDATA2LSB;
    s.header.e_ident[EI_VERSION] = EV_CURRENT;
    s.header.e_type = kind == ELF_CELL ? ET_EXEC : ET_DYN;
    s.header.e_machine = EM_X86_64;
    s.header.e_phoff = sizeof(s.header);
    s.header.e_phentsize = sizeof(Elf64_Phdr);
    s.header.e_phnum = SEGMENTS;
    s.header.e_entry = base + 0x10;
    s.segments[0] = segment(PT_LOAD, PF_R | PF_X, PAGE_SIZE, base, 100, 100);
    s.segments[1] = segment(PT_LOAD, PF_R, 2 * PAGE_SIZE, base + PAGE_SIZE, PAGE_SIZE, PAGE_SIZE);
    s.segments[2] =
        segment(PT_LOAD, PF_R | PF_W, 3 * PAGE_SIZE, base + 2 * PAGE_SIZE, 16, 3 * PAGE_SIZE + 1);
    s.segments[3] = segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
    memset(s.pages[0], 0x90, 100);
    memset(s.pages[1], 0x11, PAGE_SIZE);
    memset(s.pages[2], 0xdd, 16);
    return s;
}

// The kernel's sample: relocations of words 0 and 8 of the data, described in the rodata.
static struct sample kernel_make(void)
{
    struct sample s = sample_make(ELF_KERNEL);
    const Elf64_Dyn dynamic[] = {
        {DT_RELA,    {PAGE_SIZE + RELA_AT}   },
        {DT_RELASZ,  {2 * sizeof(Elf64_Rela)}},
        {DT_RELAENT, {sizeof(Elf64_Rela)}    },
        {DT_FLAGS_1, {0x08000000}            },
        {DT_NULL,    {0}                     },
        {DT_NEEDED,  {1}                     }, // behind the end: not read
    };
    const Elf64_Rela relocations[] = {
        {2 * PAGE_SIZE + 8, R_X86_64_RELATIVE, 0x20         }, // not in order: the tool sorts
        {2 * PAGE_SIZE,     R_X86_64_RELATIVE, 6 * PAGE_SIZE},
    };

    memcpy(s.pages[1] + DYNAMIC_AT, dynamic, sizeof(dynamic));
    memcpy(s.pages[1] + RELA_AT, relocations, sizeof(relocations));
    s.segments[4] = segment(PT_DYNAMIC, PF_R, 2 * PAGE_SIZE + DYNAMIC_AT, PAGE_SIZE + DYNAMIC_AT,
                            sizeof(dynamic), sizeof(dynamic));
    return s;
}

static bool convert(const struct sample *s, struct elf_image *image, struct complaint *c)
{
    uint8_t *file = calloc(1, FILE_SIZE), *exact = malloc(s->size);
    bool good;

    if (!file || !exact)
        abort();
    memcpy(file, &s->header, sizeof(s->header));
    memcpy(file + sizeof(s->header), s->segments, sizeof(s->segments));
    memcpy(file + PAGE_SIZE, s->pages, sizeof(s->pages));
    memcpy(exact, file, s->size); // exactly: the sanitizer sees the first byte read beyond it
    good = elf_convert("x.elf", exact, s->size, s->kind, image, c);
    free(file);
    free(exact);
    return good;
}

static void refused(struct sample s, enum elf_message wanted, const char *what, int line)
{
    struct elf_image image;
    struct complaint c = {0};

    if (!CHECK(!convert(&s, &image, &c)) || !CHECK(c.number == wanted))
        fprintf(stderr, "    line %d, %s: said %s\n", line, what, c.text);
    CHECK(strncmp(c.text, "x.elf: ", 7) == 0 && strstr(c.text, "{}") == NULL);
    seen[c.number] = true;
}

// One spoilt sample.
#define REFUSED(make, message, spoil)                                                              \
    do {                                                                                           \
        struct sample s = make;                                                                    \
        spoil;                                                                                     \
        refused(s, ELF_##message, #message, __LINE__);                                             \
    } while (0)

static void test_good(void)
{
    struct sample s = sample_make(ELF_CELL);
    struct elf_image image;
    struct complaint c = {0};
    uint64_t word;

    if (CHECK(convert(&s, &image, &c))) {
        CHECK(image.text_pages == 1 && image.rodata_pages == 1 && image.data_pages == 1);
        CHECK(image.bss_pages == 3 && image.start == 0x10 && image.reloc_count == 0);
        CHECK(image.bytes[99] == 0x90 && image.bytes[100] == 0 && image.bytes[PAGE_SIZE] == 0x11);
        CHECK(image.bytes[2 * PAGE_SIZE + 15] == 0xdd && image.bytes[2 * PAGE_SIZE + 16] == 0);
        elf_image_free(&image);
    }
    s = kernel_make();
    if (CHECK(convert(&s, &image, &c))) {
        CHECK_EQ(image.reloc_count, 2);
        CHECK(image.relocs[0] == 2 * PAGE_SIZE && image.relocs[1] == 2 * PAGE_SIZE + 8);
        memcpy(&word, image.bytes + image.relocs[0], sizeof(word));
        CHECK_EQ(word, 6 * PAGE_SIZE); // the end of bss
        memcpy(&word, image.bytes + image.relocs[1], sizeof(word));
        CHECK_EQ(word, 0x20);
        elf_image_free(&image);
    }
}

static void test_segments(void)
{
    REFUSED(sample_make(ELF_CELL), NOT_ELF, s.header.e_machine = EM_AARCH64);
    REFUSED(sample_make(ELF_CELL), NOT_ELF, s.size = 10);
    REFUSED(sample_make(ELF_CELL), TYPE_CELL, s.header.e_type = ET_DYN);
    REFUSED(sample_make(ELF_KERNEL), TYPE_KERNEL, s.header.e_type = ET_EXEC);
    REFUSED(sample_make(ELF_CELL), SHORT, s.header.e_phoff = FILE_SIZE - 8);
    REFUSED(sample_make(ELF_CELL), SHORT, s.header.e_phoff = UINT64_MAX - 8);
    REFUSED(sample_make(ELF_CELL), SHORT, s.segments[1].p_offset = UINT64_MAX - PAGE_SIZE + 1);
    REFUSED(sample_make(ELF_CELL), SHORT, s.size = 3 * PAGE_SIZE);
    REFUSED(sample_make(ELF_CELL), SEGMENT, s.segments[5].p_type = PT_TLS);
    REFUSED(sample_make(ELF_CELL), ALIGN, s.segments[1].p_vaddr += 8);
    REFUSED(sample_make(ELF_CELL), RIGHTS, s.segments[2].p_flags = PF_R | PF_W | PF_X);
    REFUSED(sample_make(ELF_CELL), RIGHTS, s.segments[0].p_flags = PF_X);
    REFUSED(sample_make(ELF_CELL), RIGHTS, s.segments[1].p_flags = PF_R | PF_X);
    REFUSED(sample_make(ELF_CELL), RIGHTS,
            (s.segments[5] = s.segments[0], s.segments[0].p_type = 0));
    REFUSED(sample_make(ELF_CELL), PLACE, s.segments[2].p_vaddr += PAGE_SIZE);
    REFUSED(sample_make(ELF_CELL), PLACE, s.segments[1].p_vaddr -= PAGE_SIZE);
    REFUSED(sample_make(ELF_CELL), SIZE, s.segments[1].p_memsz += 1);
    REFUSED(sample_make(ELF_CELL), SIZE, s.segments[2].p_memsz = 8);
    REFUSED(sample_make(ELF_CELL), NO_TEXT, s.segments[0].p_type = PT_NULL);
    REFUSED(sample_make(ELF_CELL), LARGE, s.segments[2].p_memsz = 1ull << 40);
    REFUSED(sample_make(ELF_CELL), LARGE, s.segments[2].p_memsz = UINT64_MAX);
    REFUSED(sample_make(ELF_CELL), LARGE, s.segments[2].p_memsz = CELL_HEAP_BASE - CELL_CODE_BASE);
    REFUSED(sample_make(ELF_CELL), BASE, {
        for (int i = 0; i < 3; i++)
            s.segments[i].p_vaddr += PAGE_SIZE;
    });
    REFUSED(sample_make(ELF_CELL), ENTRY, s.header.e_entry = CELL_CODE_BASE + 100);
    REFUSED(sample_make(ELF_CELL), ENTRY, s.header.e_entry = CELL_CODE_BASE - 1);
    REFUSED(sample_make(ELF_CELL), STACK, s.segments[3].p_flags |= PF_X);
    REFUSED(sample_make(ELF_CELL), DYNAMIC, s.segments[4].p_type = PT_DYNAMIC);
    REFUSED(sample_make(ELF_KERNEL), DYNAMIC, s.segments[4].p_type = PT_INTERP);
}

static Elf64_Dyn *dynamic_of(struct sample *s)
{
    return (Elf64_Dyn *)(void *)(s->pages[1] + DYNAMIC_AT);
}

static Elf64_Rela *rela_of(struct sample *s)
{
    return (Elf64_Rela *)(void *)(s->pages[1] + RELA_AT);
}

static void test_relocations(void)
{
    REFUSED(kernel_make(), TAG, dynamic_of(&s)[3].d_tag = DT_NEEDED);
    REFUSED(kernel_make(), TAG, dynamic_of(&s)[3].d_tag = DT_TEXTREL);
    REFUSED(kernel_make(), TAG, dynamic_of(&s)[3].d_tag = DT_JMPREL);
    REFUSED(kernel_make(), RELA, dynamic_of(&s)[0].d_un.d_ptr = 3 * PAGE_SIZE);
    REFUSED(kernel_make(), RELA, dynamic_of(&s)[1].d_un.d_val = UINT64_MAX - 15);
    REFUSED(kernel_make(), RELA, dynamic_of(&s)[1].d_un.d_val = 25);
    REFUSED(kernel_make(), RELA, dynamic_of(&s)[2].d_un.d_val = 16);
    REFUSED(kernel_make(), RELA, s.segments[4].p_vaddr = 5 * PAGE_SIZE);
    REFUSED(kernel_make(), RELOC_TYPE, rela_of(&s)[0].r_info = R_X86_64_64);
    REFUSED(kernel_make(), RELOC_TYPE, rela_of(&s)[0].r_info |= 1ull << 32);
    REFUSED(kernel_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = 0x20);              // text
    REFUSED(kernel_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = 3 * PAGE_SIZE);     // bss
    REFUSED(kernel_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = 2 * PAGE_SIZE + 4); // overlap
    REFUSED(kernel_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = UINT64_MAX - 3);
    REFUSED(kernel_make(), RELOC_VALUE, rela_of(&s)[0].r_addend = 6 * PAGE_SIZE + 1);
    REFUSED(kernel_make(), RELOC_VALUE, rela_of(&s)[0].r_addend = -1);
}

// Any damage to a file is either refused or gives an image of bounded size.
static void test_damaged(void)
{
    srand(1);
    for (int round = 0; round < 20000; round++) {
        struct sample s = round % 2 ? kernel_make() : sample_make(ELF_CELL);
        struct elf_image image;
        struct complaint c = {0};
        uint8_t *parts[] = {(uint8_t *)&s.header, (uint8_t *)s.segments, s.pages[1] + DYNAMIC_AT};
        size_t sizes[] = {sizeof(s.header), sizeof(s.segments), RELA_AT + 48 - DYNAMIC_AT};
        for (int i = 0; i <= round % 3; i++) {
            size_t part = (size_t)rand() % 3;
            parts[part][(size_t)rand() % sizes[part]] = (uint8_t)(rand() >> 4);
        }
        bool good = convert(&s, &image, &c);
        CHECK(good == (c.number == 0));
        if (good)
            elf_image_free(&image);
    }
}

int main(void)
{
    test_good();
    test_segments();
    test_relocations();
    test_damaged();
    for (unsigned i = 1; i < ELF_MESSAGE_COUNT; i++)
        if (!CHECK(seen[i]))
            fprintf(stderr, "    nothing provokes message %u of elf_messages.def\n", i);
    return unit_done();
}
