// SPDX-License-Identifier: GPL-3.0-or-later
#include "elf.h"

#include "abi/layout.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    IMAGE_PAGES_MOST = BUNDLE_PAGES_MAX,
    LOADED_PAGES_MOST = CELL_CODE_PAGES_MAX,
    LINK = BUNDLE_PARTS, // behind the image's parts: what only this tool reads
    SEGMENTS,
};

struct part {
    bool present;
    unsigned number; // of the program header, for people
    uint64_t address, file_offset, file_size, memory_size;
};

// What is known while one file is read.
struct program {
    const char *path;
    struct complaint *c;
    const uint8_t *file;
    uint64_t size;
    Elf64_Ehdr header;
    struct part parts[SEGMENTS];
    struct part dynamic, relro;
    uint64_t end; // of the image in memory; it starts at 0
    struct elf_image image;
};

static bool fail(const struct program *p, enum elf_message message, const char *a, const char *b)
{
    static const char *const texts[] = {
        "",
#define MESSAGE(name, text) text,
#include "elf_messages.def"
#undef MESSAGE
    };
    return complain(p->c, p->path, 0, message, texts[message], a, b, NULL);
}

static const char *decimal(uint64_t value, char out[24])
{
    snprintf(out, 24, "%llu", (unsigned long long)value);
    return out;
}

static const char *hex(uint64_t value, char out[24])
{
    snprintf(out, 24, "0x%llx", (unsigned long long)value);
    return out;
}

static bool inside(uint64_t offset, uint64_t count, uint64_t size)
{
    return offset <= size && count <= size - offset;
}

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

static bool read_header(struct program *p)
{
    Elf64_Ehdr *h = &p->header;

    if (p->size < sizeof(*h))
        return fail(p, ELF_NOT_ELF, NULL, NULL);
    memcpy(h, p->file, sizeof(*h));
    if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_ident[EI_VERSION] != EV_CURRENT ||
        h->e_machine != EM_X86_64 || h->e_phentsize != sizeof(Elf64_Phdr))
        return fail(p, ELF_NOT_ELF, NULL, NULL);
    if (h->e_type != ET_DYN)
        return fail(p, ELF_TYPE, NULL, NULL);
    if (!inside(h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr), p->size))
        return fail(p, ELF_SHORT, "segments", NULL);
    return true;
}

// Which part a segment is, SEGMENTS if none: by its rights, and the three that are r-- by what lies
// in them.
static size_t load_part(const struct program *p, const Elf64_Phdr *h)
{
    switch (h->p_flags) {
    case PF_R | PF_X:
        return BUNDLE_TEXT;
    case PF_R | PF_W:
        return BUNDLE_DATA;
    case PF_R:
        if (p->relro.present && p->relro.address == h->p_vaddr)
            return BUNDLE_RELRO;
        if (p->dynamic.present && p->dynamic.address >= h->p_vaddr &&
            inside(p->dynamic.address - h->p_vaddr, p->dynamic.memory_size, h->p_memsz))
            return LINK;
        return BUNDLE_RODATA;
    default:
        return SEGMENTS;
    }
}

static bool read_load(struct program *p, unsigned number, const Elf64_Phdr *h)
{
    static const char *const names[SEGMENTS] = {"text", "rodata", "relro", "data", "link"};
    const size_t which = load_part(p, h);
    char n[24], text[8];

    decimal(number, n);
    if (which == SEGMENTS) {
        snprintf(text, sizeof(text), "%c%c%c", h->p_flags & PF_R ? 'r' : '-',
                 h->p_flags & PF_W ? 'w' : '-', h->p_flags & PF_X ? 'x' : '-');
        return fail(p, ELF_RIGHTS, n, text);
    }
    for (size_t i = which; i < SEGMENTS; i++)
        if (p->parts[i].present)
            return fail(p, ELF_ORDER, n, names[which]);
    if (h->p_vaddr % PAGE_SIZE != 0)
        return fail(p, ELF_ALIGN, n, NULL);
    if (!inside(h->p_offset, h->p_filesz, p->size))
        return fail(p, ELF_SHORT, "segments", NULL);
    if (h->p_filesz > h->p_memsz || (which != BUNDLE_DATA && h->p_filesz != h->p_memsz))
        return fail(p, ELF_SIZE, n, NULL);
    p->parts[which] = (struct part){true, number, h->p_vaddr, h->p_offset, h->p_filesz, h->p_memsz};
    return true;
}

// Calls `read` for every program header, with its number.
static bool headers_walk(struct program *p,
                         bool (*read)(struct program *p, unsigned number, const Elf64_Phdr *h))
{
    for (unsigned i = 0; i < p->header.e_phnum; i++) {
        Elf64_Phdr h;
        memcpy(&h, p->file + p->header.e_phoff + i * sizeof(h), sizeof(h));
        if (!read(p, i, &h))
            return false;
    }
    return true;
}

// What says what the loadable segments are.
static bool read_other(struct program *p, unsigned number, const Elf64_Phdr *h)
{
    const struct part part = {true, number, h->p_vaddr, h->p_offset, h->p_filesz, h->p_memsz};
    char n[24], type[24];

    switch (h->p_type) {
    case PT_NULL:
    case PT_PHDR:
    case PT_LOAD:
        return true;
    case PT_GNU_RELRO:
        if (p->relro.present)
            return fail(p, ELF_RELRO, decimal(number, n), NULL);
        if (h->p_filesz != 0) // the linker rounds up an empty one, too
            p->relro = part;
        return true;
    case PT_GNU_STACK:
        return (h->p_flags & PF_X) == 0 || fail(p, ELF_STACK, NULL, NULL);
    case PT_DYNAMIC:
        if (p->dynamic.present)
            return fail(p, ELF_DYNAMIC, decimal(number, n), NULL);
        p->dynamic = part;
        return true;
    case PT_INTERP:
        return fail(p, ELF_INTERPRETER, NULL, NULL);
    default:
        return fail(p, ELF_SEGMENT, decimal(number, n), hex(h->p_type, type));
    }
}

static bool read_loads(struct program *p, unsigned number, const Elf64_Phdr *h)
{
    return h->p_type != PT_LOAD || h->p_memsz == 0 || read_load(p, number, h);
}

// The linker rounds PT_GNU_RELRO up to whole pages.
static bool read_segments(struct program *p)
{
    const struct part *relro = &p->parts[BUNDLE_RELRO], *link = &p->parts[LINK];
    char n[24];

    if (!headers_walk(p, read_other) || !headers_walk(p, read_loads))
        return false;
    if (!p->parts[BUNDLE_TEXT].present)
        return fail(p, ELF_NO_TEXT, NULL, NULL);
    if (p->relro.present && (!relro->present || p->relro.file_size != relro->file_size ||
                             pages_of(p->relro.memory_size) != pages_of(relro->memory_size)))
        return fail(p, ELF_RELRO, decimal(p->relro.number, n), NULL);
    if (p->dynamic.present && !link->present)
        return fail(p, ELF_DYNAMIC, decimal(p->dynamic.number, n), NULL);
    return true;
}

// The segments lie one behind the other, from 0 on.
static bool place(struct program *p)
{
    const uint64_t limit = LOADED_PAGES_MOST;
    uint64_t filled = 0;
    char a[24], b[24];

    if (p->parts[BUNDLE_TEXT].address != 0)
        return fail(p, ELF_BASE, hex(p->parts[BUNDLE_TEXT].address, a), NULL);
    for (size_t i = 0; i < SEGMENTS; i++) {
        const struct part *part = &p->parts[i];
        uint64_t pages = pages_of(part->memory_size);
        if (!part->present)
            continue;
        if (part->address != p->end)
            return fail(p, ELF_PLACE, decimal(part->number, a), hex(p->end, b));
        if (i == LINK)
            break;
        if (pages > limit - p->end / PAGE_SIZE)
            return fail(p, ELF_LARGE, decimal(p->end / PAGE_SIZE + pages, a), decimal(limit, b));
        p->end += pages * PAGE_SIZE;
        filled += pages_of(part->file_size);
        p->image.part_size[i] = (uint32_t)part->file_size;
    }
    if (filled > IMAGE_PAGES_MOST)
        return fail(p, ELF_LARGE, decimal(filled, a), decimal(IMAGE_PAGES_MOST, b));
    if (p->header.e_entry >= p->image.part_size[BUNDLE_TEXT])
        return fail(p, ELF_ENTRY, NULL, NULL);
    p->image.bss_pages = (uint32_t)(p->end / PAGE_SIZE - filled);
    p->image.start = p->header.e_entry;
    p->image.size = filled * PAGE_SIZE;
    p->image.bytes = calloc(filled, PAGE_SIZE);
    if (!p->image.bytes)
        abort();
    for (size_t i = 0; i < BUNDLE_PARTS; i++)
        if (p->parts[i].present)
            memcpy(p->image.bytes + p->parts[i].address, p->file + p->parts[i].file_offset,
                   p->parts[i].file_size);
    return true;
}

// What the link segment holds at these linked addresses; NULL if it does not hold them all.
static const uint8_t *link_range(const struct program *p, uint64_t address, uint64_t count)
{
    const struct part *link = &p->parts[LINK];

    if (!link->present || address < link->address ||
        !inside(address - link->address, count, link->file_size))
        return NULL;
    return p->file + link->file_offset + (address - link->address);
}

static bool read_dynamic(struct program *p, const uint8_t **table, uint64_t *table_size)
{
    const uint8_t *at = link_range(p, p->dynamic.address, p->dynamic.file_size);
    uint64_t entry_size = sizeof(Elf64_Rela), rela = 0;
    Elf64_Dyn d;
    char tag[24];

    *table_size = 0;
    if (!p->dynamic.present)
        return true;
    if (!at)
        return fail(p, ELF_RELA, NULL, NULL);
    for (uint64_t i = 0; i + sizeof(d) <= p->dynamic.file_size; i += sizeof(d)) {
        memcpy(&d, at + i, sizeof(d));
        switch (d.d_tag) {
        case DT_NULL:
            i = p->dynamic.file_size - sizeof(d);
            break;
        case DT_RELA:
            rela = d.d_un.d_ptr;
            break;
        case DT_RELASZ:
            *table_size = d.d_un.d_val;
            break;
        case DT_RELAENT:
            entry_size = d.d_un.d_val;
            break;
        // Facts for loaders that look symbols up or call initializers; here lib/os does the latter.
        case DT_RELACOUNT:
        case DT_SYMTAB:
        case DT_SYMENT:
        case DT_STRTAB:
        case DT_STRSZ:
        case DT_HASH:
        case DT_GNU_HASH:
        case DT_FLAGS_1:
        case DT_DEBUG:
        case DT_INIT:
        case DT_FINI:
        case DT_INIT_ARRAY:
        case DT_INIT_ARRAYSZ:
        case DT_FINI_ARRAY:
        case DT_FINI_ARRAYSZ:
            break;
        case DT_TEXTREL:
            return fail(p, ELF_TEXTREL, NULL, NULL);
        case DT_NEEDED:
            return fail(p, ELF_NEEDED, NULL, NULL);
        default:
            return fail(p, ELF_TAG, hex((uint64_t)d.d_tag, tag), NULL);
        }
    }
    *table = *table_size == 0 ? NULL : link_range(p, rela, *table_size);
    if (*table_size != 0 && (entry_size != sizeof(Elf64_Rela) ||
                             *table_size % sizeof(Elf64_Rela) != 0 || *table == NULL))
        return fail(p, ELF_RELA, NULL, NULL);
    return true;
}

static int rela_compare(const void *a, const void *b)
{
    const Elf64_Rela *x = a, *y = b;

    return (x->r_offset > y->r_offset) - (x->r_offset < y->r_offset);
}

static bool relocatable(const struct program *p, uint64_t offset)
{
    const struct part *relro = &p->parts[BUNDLE_RELRO], *data = &p->parts[BUNDLE_DATA];
    const uint64_t word = sizeof(uint64_t);

    return (offset >= relro->address && inside(offset - relro->address, word, relro->file_size)) ||
           (offset >= data->address && inside(offset - data->address, word, data->file_size));
}

// Put what one relocation says into the image; `least` is the first offset that is still free.
static bool relocate_one(struct program *p, const Elf64_Rela *r, uint64_t number, uint64_t *least)
{
    const uint64_t offset = r->r_offset, value = (uint64_t)r->r_addend;
    char a[24], b[24];

    decimal(number, a);
    hex(offset, b);
    if (r->r_info != R_X86_64_RELATIVE) // and symbol 0
        return fail(p, ELF_RELOC_TYPE, a, decimal(ELF64_R_TYPE(r->r_info), b));
    if (!relocatable(p, offset))
        return fail(p, ELF_RELOC_PLACE, a, b);
    if (offset % sizeof(value) != 0)
        return fail(p, ELF_RELOC_ALIGN, a, b);
    if (offset < *least)
        return fail(p, ELF_RELOC_TWICE, a, b);
    if (value > p->end)
        return fail(p, ELF_RELOC_VALUE, a, NULL);
    memcpy(p->image.bytes + offset, &value, sizeof(value));
    p->image.relocs[p->image.reloc_count++] = (uint32_t)offset;
    *least = offset + sizeof(value);
    return true;
}

static bool relocate(struct program *p)
{
    const uint8_t *at = NULL;
    uint64_t size = 0, least = 0, count;
    Elf64_Rela *table;
    bool good = true;

    if (!read_dynamic(p, &at, &size))
        return false;
    count = size / sizeof(Elf64_Rela);
    if (count == 0)
        return true;
    table = malloc(size);
    p->image.relocs = malloc(count * sizeof(uint32_t));
    if (!table || !p->image.relocs)
        abort();
    memcpy(table, at, size);
    qsort(table, count, sizeof(*table), rela_compare);
    for (uint64_t i = 0; good && i < count; i++)
        good = relocate_one(p, &table[i], i, &least);
    free(table);
    return good;
}

bool elf_convert(const char *path, const uint8_t *file, size_t size, struct elf_image *out,
                 struct complaint *c)
{
    struct program p = {.path = path, .c = c, .file = file, .size = size};

    if (read_header(&p) && read_segments(&p) && place(&p) && relocate(&p)) {
        *out = p.image;
        return true;
    }
    elf_image_free(&p.image);
    return false;
}

void elf_image_free(struct elf_image *image)
{
    free(image->bytes);
    free(image->relocs);
    *image = (struct elf_image){0};
}
