// SPDX-License-Identifier: GPL-3.0-or-later
#include "elf.h"

#include "abi/layout.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGE_PAGES_MOST = BUNDLE_PAGES_MAX, LOADED_PAGES_MOST = 16384, PARTS = 3 };

struct part {
    bool present;
    unsigned number; // of the program header, for people
    uint64_t address, file_offset, file_size, memory_size;
};

// What is known while one file is read. Parts: text, rodata, data.
struct program {
    const char *path;
    struct complaint *c;
    const uint8_t *file;
    uint64_t size;
    enum elf_kind kind;
    Elf64_Ehdr header;
    struct part parts[PARTS];
    struct part dynamic;
    uint64_t base, end; // linked addresses
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
    if (p->kind == ELF_CELL && h->e_type != ET_EXEC)
        return fail(p, ELF_TYPE_CELL, NULL, NULL);
    if (p->kind == ELF_KERNEL && h->e_type != ET_DYN)
        return fail(p, ELF_TYPE_KERNEL, NULL, NULL);
    if (!inside(h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr), p->size))
        return fail(p, ELF_SHORT, "segments", NULL);
    return true;
}

static bool read_load(struct program *p, unsigned number, const Elf64_Phdr *h)
{
    static const uint32_t rights[PARTS] = {PF_R | PF_X, PF_R, PF_R | PF_W};
    char n[24], text[8];
    size_t which = 0;

    decimal(number, n);
    while (which < PARTS && rights[which] != h->p_flags)
        which++;
    for (size_t i = which; i < PARTS; i++)
        if (p->parts[i].present)
            which = PARTS; // twice, or after one that belongs behind it
    if (which == PARTS) {
        snprintf(text, sizeof(text), "%c%c%c", h->p_flags & PF_R ? 'r' : '-',
                 h->p_flags & PF_W ? 'w' : '-', h->p_flags & PF_X ? 'x' : '-');
        return fail(p, ELF_RIGHTS, n, text);
    }
    if (h->p_vaddr % PAGE_SIZE != 0)
        return fail(p, ELF_ALIGN, n, NULL);
    if (!inside(h->p_offset, h->p_filesz, p->size))
        return fail(p, ELF_SHORT, "segments", NULL);
    if (h->p_filesz > h->p_memsz || (which != 2 && h->p_filesz != h->p_memsz))
        return fail(p, ELF_SIZE, n, NULL);
    p->parts[which] = (struct part){true, number, h->p_vaddr, h->p_offset, h->p_filesz, h->p_memsz};
    return true;
}

static bool read_segments(struct program *p)
{
    for (unsigned i = 0; i < p->header.e_phnum; i++) {
        Elf64_Phdr h;
        char n[24], type[24];
        memcpy(&h, p->file + p->header.e_phoff + i * sizeof(h), sizeof(h));
        switch (h.p_type) {
        case PT_NULL:
        case PT_PHDR:
        case PT_GNU_RELRO: // becomes rodata by its place
            break;
        case PT_GNU_STACK:
            if (h.p_flags & PF_X)
                return fail(p, ELF_STACK, NULL, NULL);
            break;
        case PT_LOAD:
            if (h.p_memsz != 0 && !read_load(p, i, &h))
                return false;
            break;
        case PT_DYNAMIC:
            if (p->kind == ELF_CELL)
                return fail(p, ELF_DYNAMIC, NULL, NULL);
            p->dynamic = (struct part){true, i, h.p_vaddr, h.p_offset, h.p_filesz, h.p_memsz};
            break;
        case PT_INTERP:
            return fail(p, ELF_DYNAMIC, NULL, NULL);
        default:
            return fail(p, ELF_SEGMENT, decimal(i, n), hex(h.p_type, type));
        }
    }
    return p->parts[0].present || fail(p, ELF_NO_TEXT, NULL, NULL);
}

// The parts lie one behind the other; the image is made of whole pages.
static bool place(struct program *p)
{
    uint64_t limit = LOADED_PAGES_MOST, filled, loaded, pages[PARTS] = {0}, bss = 0;
    char a[24], b[24];

    p->base = p->parts[0].address;
    p->end = p->base;
    for (size_t i = 0; i < PARTS; i++) {
        const struct part *part = &p->parts[i];
        if (!part->present)
            continue;
        if (part->address != p->end)
            return fail(p, ELF_PLACE, decimal(part->number, a), hex(p->end, b));
        pages[i] = pages_of(part->file_size);
        bss = pages_of(part->memory_size) - pages[i];
        if (pages[i] + bss > limit || p->end > UINT64_MAX - (limit + 1) * PAGE_SIZE)
            return fail(p, ELF_LARGE, decimal(pages[i] + bss, a), decimal(limit, b));
        p->end += (pages[i] + bss) * PAGE_SIZE;
    }
    filled = pages[0] + pages[1] + pages[2];
    loaded = filled + bss;
    if (p->kind == ELF_CELL)
        limit = (CELL_HEAP_BASE - CELL_CODE_BASE) / PAGE_SIZE - 1; // and one unmapped page
    if (filled > IMAGE_PAGES_MOST || loaded > limit)
        return fail(p, ELF_LARGE, decimal(loaded, a), decimal(limit, b));
    if (p->kind == ELF_CELL && p->base != CELL_CODE_BASE)
        return fail(p, ELF_BASE, hex(p->base, a), hex(CELL_CODE_BASE, b));
    if (p->header.e_entry < p->base || p->header.e_entry - p->base >= p->parts[0].file_size)
        return fail(p, ELF_ENTRY, NULL, NULL);
    p->image.text_pages = (uint32_t)pages[0];
    p->image.rodata_pages = (uint32_t)pages[1];
    p->image.data_pages = (uint32_t)pages[2];
    p->image.bss_pages = (uint32_t)bss;
    p->image.start = p->header.e_entry - p->base;
    p->image.bytes = calloc(filled, PAGE_SIZE);
    if (!p->image.bytes)
        abort();
    for (size_t i = 0; i < PARTS; i++)
        if (p->parts[i].present)
            memcpy(p->image.bytes + (p->parts[i].address - p->base),
                   p->file + p->parts[i].file_offset, p->parts[i].file_size);
    return true;
}

static uint64_t image_size(const struct elf_image *image)
{
    return ((uint64_t)image->text_pages + image->rodata_pages + image->data_pages) * PAGE_SIZE;
}

// A linked address range as an offset into the image's bytes.
static bool image_range(const struct program *p, uint64_t address, uint64_t count, uint64_t *offset)
{
    if (address < p->base || !inside(address - p->base, count, image_size(&p->image)))
        return false;
    *offset = address - p->base;
    return true;
}

static bool read_dynamic(struct program *p, uint64_t *table, uint64_t *table_size)
{
    uint64_t at = 0, entry_size = sizeof(Elf64_Rela), rela = 0;
    Elf64_Dyn d;
    char tag[24];

    *table_size = 0;
    if (!p->dynamic.present)
        return true;
    if (!image_range(p, p->dynamic.address, p->dynamic.file_size, &at))
        return fail(p, ELF_RELA, NULL, NULL);
    for (uint64_t i = 0; i + sizeof(d) <= p->dynamic.file_size; i += sizeof(d)) {
        memcpy(&d, p->image.bytes + at + i, sizeof(d));
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
        // Facts about symbols, for loaders that look them up; this one does not.
        case DT_RELACOUNT:
        case DT_SYMTAB:
        case DT_SYMENT:
        case DT_STRTAB:
        case DT_STRSZ:
        case DT_HASH:
        case DT_GNU_HASH:
        case DT_FLAGS_1:
        case DT_DEBUG:
            break;
        default:
            return fail(p, ELF_TAG, hex((uint64_t)d.d_tag, tag), NULL);
        }
    }
    if (*table_size == 0)
        return true;
    if (entry_size != sizeof(Elf64_Rela) || *table_size % sizeof(Elf64_Rela) != 0 ||
        !image_range(p, rela, *table_size, table))
        return fail(p, ELF_RELA, NULL, NULL);
    return true;
}

static int rela_compare(const void *a, const void *b)
{
    const Elf64_Rela *x = a, *y = b;

    return (x->r_offset > y->r_offset) - (x->r_offset < y->r_offset);
}

// Put what one relocation says into the image; `least` is the first offset that is still free.
static bool relocate_one(struct program *p, const Elf64_Rela *r, uint64_t number, uint64_t *least)
{
    uint64_t offset = 0, value = (uint64_t)r->r_addend - p->base;
    char a[24], b[24];

    if (r->r_info != R_X86_64_RELATIVE) // and symbol 0
        return fail(p, ELF_RELOC_TYPE, decimal(number, a), decimal(ELF64_R_TYPE(r->r_info), b));
    if (!image_range(p, r->r_offset, sizeof(value), &offset) || offset < *least)
        return fail(p, ELF_RELOC_PLACE, decimal(number, a), hex(r->r_offset, b));
    if ((uint64_t)r->r_addend < p->base || value > p->end - p->base)
        return fail(p, ELF_RELOC_VALUE, decimal(number, a), NULL);
    memcpy(p->image.bytes + offset, &value, sizeof(value));
    p->image.relocs[p->image.reloc_count++] = (uint32_t)offset;
    *least = offset + sizeof(value);
    return true;
}

static bool relocate(struct program *p)
{
    uint64_t at = 0, size = 0, least = (uint64_t)p->image.text_pages * PAGE_SIZE, count;
    Elf64_Rela *table;
    bool good = true;

    if (!read_dynamic(p, &at, &size))
        return false;
    count = size / sizeof(Elf64_Rela);
    if (count == 0)
        return true;
    table = malloc(size); // a copy: relocations may lie over the table itself
    p->image.relocs = malloc(count * sizeof(uint32_t));
    if (!table || !p->image.relocs)
        abort();
    memcpy(table, p->image.bytes + at, size);
    qsort(table, count, sizeof(*table), rela_compare);
    for (uint64_t i = 0; good && i < count; i++)
        good = relocate_one(p, &table[i], i, &least);
    free(table);
    return good;
}

bool elf_convert(const char *path, const uint8_t *file, size_t size, enum elf_kind kind,
                 struct elf_image *out, struct complaint *c)
{
    struct program p = {.path = path, .c = c, .file = file, .size = size, .kind = kind};

    if (read_header(&p) && read_segments(&p) && place(&p) && (kind == ELF_CELL || relocate(&p))) {
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
