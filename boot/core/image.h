// SPDX-License-Identifier: GPL-3.0-or-later
// Copies the kernel out of a verified bundle and relocates it.
#pragma once
#include "abi/bundle.h"
#include "format/boot_stop.h"

// Writes bundle_image_pages(entry) pages at `to`, the zeroed ones included, with `base` added to
// every word that the relocation table names. `entry` passed bundle_check_payload on `payload`.
MUST_USE enum boot_stop image_load(const struct bundle_entry *entry, const uint8_t *payload,
                                   uint64_t base, uint8_t *to);
