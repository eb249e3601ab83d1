// SPDX-License-Identifier: GPL-3.0-or-later
// A linked program (ELF-64, x86-64, System V ABI) into the image that a bundle holds
// (abi/bundle.h). Strict: what is not exactly the shape that the cells' and the kernel's linker
// scripts make is refused. A static position-independent executable, linked at 0, whose loadable
// segments are
//     text r-x, rodata r--, relro r-- (also PT_GNU_RELRO), data rw-, link r-- (holds PT_DYNAMIC)
// in this order, one right behind the other on whole pages, each but the first perhaps absent. The
// last one is not part of the image: the relocations are read from it.
#pragma once
#include "abi/bundle.h"
#include "common/complaint.h"

#include <stdbool.h>

struct elf_image {
    uint8_t *bytes; // malloc'ed, as in memory: each part on whole pages
    uint64_t size;  // of `bytes`
    uint32_t part_size[BUNDLE_PARTS];
    uint32_t bss_pages;
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
bool elf_convert(const char *path, const uint8_t *file, size_t size, struct elf_image *out,
                 struct complaint *c);
void elf_image_free(struct elf_image *image);
