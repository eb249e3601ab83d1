// SPDX-License-Identifier: GPL-3.0-or-later
// A linked program (ELF-64, x86-64, System V ABI) into the flat image that a bundle holds: text,
// rodata, data as whole pages (abi/bundle.h). Strict: what is not exactly that shape is refused.
#pragma once
#include "abi/bundle.h"
#include "common/complaint.h"

#include <stdbool.h>

enum elf_kind {
    ELF_CELL,   // linked at CELL_CODE_BASE, no relocations
    ELF_KERNEL, // position-independent, R_X86_64_RELATIVE relocations only
};

struct elf_image {
    uint8_t *bytes; // malloc'ed: (text + rodata + data) pages
    uint32_t text_pages, rodata_pages, data_pages, bss_pages;
    uint64_t start;   // from the image's first byte
    uint32_t *relocs; // malloc'ed image offsets, ascending
    uint64_t reloc_count;
};

enum elf_message {
    ELF_FINE,
#define MESSAGE(name, text) ELF_##name,
#include "elf_messages.def"
#undef MESSAGE
    ELF_MESSAGE_COUNT,
};

// On false `c` says what is wrong with `path`, and `out` is untouched. Free the image otherwise.
bool elf_convert(const char *path, const uint8_t *file, size_t size, enum elf_kind kind,
                 struct elf_image *out, struct complaint *c);
void elf_image_free(struct elf_image *image);
