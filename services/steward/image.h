// SPDX-License-Identifier: GPL-3.0-or-later
// A cell's image in the bundle (abi/bundle.h): whether its numbers make sense, and its relocation.
// Rules: pure functions. The loader has checked the bundle; here again, so that no number leads
// outside memory.
#pragma once
#include "abi/bundle.h"
#include "abi/code.h"

// What is wrong with `e` in a payload of `payload_size` bytes, in words; null if nothing is.
const char *image_check(const struct bundle_entry *e, const uint8_t *payload,
                        uint64_t payload_size);

// Pages in memory, zeroes included; and of text and constants, which are sealed.
static inline uint64_t image_pages(const struct bundle_entry *e)
{
    return (uint64_t)bundle_part_first(e, BUNDLE_PARTS) + e->bss_pages;
}

static inline uint32_t image_sealed_pages(const struct bundle_entry *e)
{
    return bundle_part_first(e, BUNDLE_RELRO);
}

// `to` holds `size` bytes of the image from image offset `first` on, both whole pages: adds `base`
// to every word there that the image's relocations name.
void image_relocate(const struct bundle_entry *e, const uint8_t *payload, uint64_t base,
                    uint64_t first, uint64_t size, uint8_t *to);
