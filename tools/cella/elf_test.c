// SPDX-License-Identifier: GPL-3.0-or-later
// Small linked programs made here: good ones become the image they should, and each thing that can
// be wrong is refused with its own message.
#include "elf.h"

#include "abi/layout.h"
#include "tests/unit.h"

#include <elf.h>
#include <stdlib.h>

enum {
    SEGMENTS = 9,
    FILE_SIZE = 8 * PAGE_SIZE,
    TEXT = 0,
    RODATA,
    RELRO,
    DATA,
    LINK,
    PAGES, // of the file that hold something
    RELOCATED = PAGES,
    DYNAMIC,
    STACK,
    FREE, // a header that is not used
    DYNAMIC_AT = 0x100,
    RELA_AT = 0x200,
    BSS = 3,
    LINK_PLACE = (DATA + 1 + BSS) * PAGE_SIZE,
};

// A file with a page each of text and rodata, 24 bytes of relro, 16 of data with bss behind, and
// the relocations of both words of the data and one of relro; to be spoilt.
struct sample {
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS];
    uint8_t pages[PAGES][PAGE_SIZE];
    size_t size;
};

static bool seen[ELF_MESSAGE_COUNT];

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t offset, uint64_t address,
                          uint64_t file_size, uint64_t memory_size)
{
    return (Elf64_Phdr){type, flags, offset, address, address, file_size, memory_size, PAGE_SIZE};
}

static Elf64_Dyn *dynamic_of(struct sample *s)
{
    return (Elf64_Dyn *)(void *)(s->pages[LINK] + DYNAMIC_AT);
}

static Elf64_Rela *rela_of(struct sample *s)
{
    return (Elf64_Rela *)(void *)(s->pages[LINK] + RELA_AT);
}

static void sample_link(struct sample *s)
{
    const Elf64_Dyn dynamic[] = {
        {DT_RELA,    {LINK_PLACE + RELA_AT}  },
        {DT_RELASZ,  {3 * sizeof(Elf64_Rela)}},
        {DT_RELAENT, {sizeof(Elf64_Rela)}    },
        {DT_FLAGS_1, {0x08000000}            },
        {DT_NULL,    {0}                     },
        {DT_NEEDED,  {1}                     }, // behind the end: not read
    };
    const Elf64_Rela relocations[] = {
        {DATA * PAGE_SIZE + 8,   R_X86_64_RELATIVE, 0x20      }, // not in order: the tool sorts
        {DATA * PAGE_SIZE,       R_X86_64_RELATIVE, LINK_PLACE},
        {RELRO * PAGE_SIZE + 16, R_X86_64_RELATIVE, 0x30      },
    };

    memcpy(dynamic_of(s), dynamic, sizeof(dynamic));
    memcpy(rela_of(s), relocations, sizeof(relocations));
    s->segments[DYNAMIC] = segment(PT_DYNAMIC, PF_R, (LINK + 1) * PAGE_SIZE + DYNAMIC_AT,
                                   LINK_PLACE + DYNAMIC_AT, sizeof(dynamic), sizeof(dynamic));
}

static struct sample sample_make(void)
{
    struct sample s = {.size = FILE_SIZE};

    memcpy(s.header.e_ident, ELFMAG, SELFMAG);
    s.header.e_ident[EI_CLASS] = ELFCLASS64;
    s.header.e_ident[EI_DATA] = ELFDATA2LSB;
    s.header.e_ident[EI_VERSION] = EV_CURRENT;
    s.header.e_type = ET_DYN;
    s.header.e_machine = EM_X86_64;
    s.header.e_phoff = sizeof(s.header);
    s.header.e_phentsize = sizeof(Elf64_Phdr);
    s.header.e_phnum = SEGMENTS;
    s.header.e_entry = 0x10;
    s.segments[TEXT] = segment(PT_LOAD, PF_R | PF_X, PAGE_SIZE, 0, 100, 100);
    s.segments[RODATA] =
        segment(PT_LOAD, PF_R, 2 * PAGE_SIZE, RODATA * PAGE_SIZE, PAGE_SIZE, PAGE_SIZE);
    s.segments[RELRO] = segment(PT_LOAD, PF_R, 3 * PAGE_SIZE, RELRO * PAGE_SIZE, 24, 24);
    s.segments[DATA] =
        segment(PT_LOAD, PF_R | PF_W, 4 * PAGE_SIZE, DATA * PAGE_SIZE, 16, BSS * PAGE_SIZE + 1);
    s.segments[LINK] =
        segment(PT_LOAD, PF_R, (LINK + 1) * PAGE_SIZE, LINK_PLACE, PAGE_SIZE, PAGE_SIZE);
    s.segments[RELOCATED] =
        segment(PT_GNU_RELRO, PF_R, 3 * PAGE_SIZE, RELRO * PAGE_SIZE, 24, PAGE_SIZE);
    s.segments[STACK] = segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0);
    memset(s.pages[TEXT], 0x90, 100);
    memset(s.pages[RODATA], 0x11, PAGE_SIZE);
    memset(s.pages[RELRO], 0xcc, 24);
    memset(s.pages[DATA], 0xdd, 16);
    sample_link(&s);
    return s;
}

// Nothing to relocate, no data: as the smallest cells are.
static struct sample small_make(void)
{
    struct sample s = sample_make();

    for (int i = RODATA; i <= DYNAMIC; i++)
        s.segments[i].p_type = PT_NULL;
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
    good = elf_convert("x.elf", exact, s->size, image, c);
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
    struct sample s = sample_make();
    struct elf_image image;
    struct complaint c = {0};
    uint64_t word;

    if (CHECK(convert(&s, &image, &c))) {
        CHECK(image.part_size[BUNDLE_TEXT] == 100 && image.part_size[BUNDLE_RODATA] == PAGE_SIZE);
        CHECK(image.part_size[BUNDLE_RELRO] == 24 && image.part_size[BUNDLE_DATA] == 16);
        CHECK(image.bss_pages == BSS && image.start == 0x10 && image.size == 4 * PAGE_SIZE);
        CHECK(image.bytes[99] == 0x90 && image.bytes[100] == 0 && image.bytes[PAGE_SIZE] == 0x11);
        CHECK(image.bytes[RELRO * PAGE_SIZE + 15] == 0xcc);
        CHECK_EQ(image.reloc_count, 3);
        CHECK(image.relocs[0] == RELRO * PAGE_SIZE + 16 && image.relocs[1] == DATA * PAGE_SIZE &&
              image.relocs[2] == DATA * PAGE_SIZE + 8);
        memcpy(&word, image.bytes + image.relocs[0], sizeof(word));
        CHECK_EQ(word, 0x30);
        memcpy(&word, image.bytes + image.relocs[1], sizeof(word));
        CHECK_EQ(word, LINK_PLACE); // the end of bss
        elf_image_free(&image);
    }
    s = small_make();
    if (CHECK(convert(&s, &image, &c))) {
        CHECK(image.size == PAGE_SIZE && image.bss_pages == 0 && image.reloc_count == 0);
        elf_image_free(&image);
    }
}

static void test_segments(void)
{
    REFUSED(sample_make(), NOT_ELF, s.header.e_machine = EM_AARCH64);
    REFUSED(sample_make(), NOT_ELF, s.size = 10);
    REFUSED(sample_make(), TYPE, s.header.e_type = ET_EXEC);
    REFUSED(sample_make(), TYPE, s.header.e_type = ET_REL);
    REFUSED(sample_make(), SHORT, s.header.e_phoff = FILE_SIZE - 8);
    REFUSED(sample_make(), SHORT, s.header.e_phoff = UINT64_MAX - 8);
    REFUSED(sample_make(), SHORT, s.segments[RODATA].p_offset = UINT64_MAX - PAGE_SIZE + 1);
    REFUSED(sample_make(), SHORT, s.size = 3 * PAGE_SIZE);
    REFUSED(sample_make(), SEGMENT, s.segments[FREE].p_type = PT_TLS);
    REFUSED(sample_make(), ALIGN, s.segments[RODATA].p_vaddr += 8);
    REFUSED(sample_make(), RIGHTS, s.segments[DATA].p_flags = PF_R | PF_W | PF_X);
    REFUSED(sample_make(), RIGHTS, s.segments[TEXT].p_flags = PF_X);
    REFUSED(sample_make(), RIGHTS, s.segments[DATA].p_flags = PF_W);
    REFUSED(sample_make(), ORDER, s.segments[RODATA].p_flags = PF_R | PF_X);
    REFUSED(sample_make(), ORDER, s.segments[RELOCATED].p_type = PT_NULL); // two rodata
    REFUSED(sample_make(), ORDER,
            (s.segments[FREE] = s.segments[TEXT], s.segments[TEXT].p_type = PT_NULL));
    REFUSED(sample_make(), PLACE, s.segments[DATA].p_vaddr += PAGE_SIZE);
    REFUSED(sample_make(), PLACE, s.segments[RODATA].p_vaddr -= PAGE_SIZE);
    REFUSED(sample_make(), PLACE, s.segments[LINK].p_vaddr -= PAGE_SIZE;
            s.segments[DYNAMIC].p_vaddr -= PAGE_SIZE);
    REFUSED(sample_make(), SIZE, s.segments[RODATA].p_memsz += 1);
    REFUSED(sample_make(), SIZE, s.segments[DATA].p_memsz = 8);
    REFUSED(small_make(), NO_TEXT, s.segments[TEXT].p_type = PT_NULL);
    REFUSED(sample_make(), LARGE, s.segments[DATA].p_memsz = 1ull << 40);
    REFUSED(sample_make(), LARGE, s.segments[DATA].p_memsz = UINT64_MAX);
    REFUSED(sample_make(), LARGE,
            s.segments[DATA].p_memsz = (uint64_t)CELL_CODE_PAGES_MAX * PAGE_SIZE);
    REFUSED(small_make(), BASE, s.segments[TEXT].p_vaddr += PAGE_SIZE);
    REFUSED(sample_make(), ENTRY, s.header.e_entry = 100);
    REFUSED(sample_make(), ENTRY, s.header.e_entry = UINT64_MAX);
    REFUSED(sample_make(), STACK, s.segments[STACK].p_flags |= PF_X);
    REFUSED(sample_make(), INTERPRETER, s.segments[FREE].p_type = PT_INTERP);
    REFUSED(sample_make(), RELRO, s.segments[FREE] = s.segments[RELOCATED]);
    REFUSED(sample_make(), RELRO, s.segments[RELOCATED].p_filesz += 8);
    REFUSED(sample_make(), RELRO, s.segments[RELOCATED].p_memsz += 1);
    REFUSED(sample_make(), RELRO, s.segments[RELOCATED].p_vaddr = DATA * PAGE_SIZE;
            s.segments[RELRO].p_type = PT_NULL);
    REFUSED(sample_make(), DYNAMIC, s.segments[FREE] = s.segments[DYNAMIC]);
    REFUSED(small_make(), DYNAMIC, s.segments[DYNAMIC].p_type = PT_DYNAMIC);
}

static void test_relocations(void)
{
    REFUSED(sample_make(), NEEDED, dynamic_of(&s)[3].d_tag = DT_NEEDED);
    REFUSED(sample_make(), TEXTREL, dynamic_of(&s)[3].d_tag = DT_TEXTREL);
    REFUSED(sample_make(), TAG, dynamic_of(&s)[3].d_tag = DT_JMPREL);
    REFUSED(sample_make(), TAG, dynamic_of(&s)[3].d_tag = DT_FLAGS);
    REFUSED(sample_make(), RELA, dynamic_of(&s)[0].d_un.d_ptr = LINK_PLACE + PAGE_SIZE);
    REFUSED(sample_make(), RELA, dynamic_of(&s)[0].d_un.d_ptr = RODATA * PAGE_SIZE);
    REFUSED(sample_make(), RELA, dynamic_of(&s)[1].d_un.d_val = UINT64_MAX - 15);
    REFUSED(sample_make(), RELA, dynamic_of(&s)[1].d_un.d_val = 25);
    REFUSED(sample_make(), RELA, dynamic_of(&s)[2].d_un.d_val = 16);
    REFUSED(sample_make(), RELA, s.segments[DYNAMIC].p_filesz = 2 * PAGE_SIZE);
    REFUSED(sample_make(), RELOC_TYPE, rela_of(&s)[0].r_info = R_X86_64_64);
    REFUSED(sample_make(), RELOC_TYPE, rela_of(&s)[0].r_info = R_X86_64_IRELATIVE);
    REFUSED(sample_make(), RELOC_TYPE, rela_of(&s)[0].r_info |= 1ull << 32);
    REFUSED(sample_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = 0x20);
    REFUSED(sample_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = RODATA * PAGE_SIZE);
    REFUSED(sample_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = RELRO * PAGE_SIZE + 24);
    REFUSED(sample_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = DATA * PAGE_SIZE + 16);
    REFUSED(sample_make(), RELOC_PLACE, rela_of(&s)[0].r_offset = UINT64_MAX - 3);
    REFUSED(sample_make(), RELOC_ALIGN, rela_of(&s)[0].r_offset = DATA * PAGE_SIZE + 4);
    REFUSED(sample_make(), RELOC_TWICE, rela_of(&s)[0].r_offset = DATA * PAGE_SIZE);
    REFUSED(sample_make(), RELOC_VALUE, rela_of(&s)[0].r_addend = LINK_PLACE + 1);
    REFUSED(sample_make(), RELOC_VALUE, rela_of(&s)[0].r_addend = -1);
}

// Any damage to a file is either refused or gives an image of bounded size.
static void test_damaged(void)
{
    srand(1);
    for (int round = 0; round < 20000; round++) {
        struct sample s = round % 2 ? sample_make() : small_make();
        struct elf_image image;
        struct complaint c = {0};
        uint8_t *parts[] = {(uint8_t *)&s.header, (uint8_t *)s.segments,
                            s.pages[LINK] + DYNAMIC_AT};
        size_t sizes[] = {sizeof(s.header), sizeof(s.segments), RELA_AT + 72 - DYNAMIC_AT};
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
