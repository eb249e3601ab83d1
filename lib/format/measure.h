// SPDX-License-Identifier: GPL-3.0-or-later
// What the loader measures into the TPM before it starts a bundle: for the loader, which does it,
// and for the host tool, which predicts it. A register's new value is SHA-256(old ||
// SHA-256(data)).
#pragma once
#include "abi/boot_info.h"
#include "abi/bundle.h"

// What PCR 12 gets: this, then the profile's name, without a zero at the end.
#define MEASURE_PROFILE "cella profile "

enum { MEASURE_COUNT = 2, MEASURE_TEXT = 48 };

struct measurement {
    enum boot_pcr pcr;
    const void *data; // what is hashed; points into `bytes` or `text`
    uint32_t size;
    uint8_t bytes[BUNDLE_SIGNED]; // of the header; its policy, which signs this, taken as zero
    uint32_t text_size;
    char text[MEASURE_TEXT]; // the event log's words for it
};

// For a checked header; `out` points into itself.
void measure_list(const struct bundle_header *header, struct measurement out[static MEASURE_COUNT]);
