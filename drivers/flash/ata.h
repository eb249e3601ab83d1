// SPDX-License-Identifier: GPL-3.0-or-later
// The first device of an ATA interface with programmed transfers and 28-bit addresses (ATA/ATAPI-6,
// sections 6 to 9): what CompactFlash cards and emulators speak. Polled; it waits at most
// ATA_PATIENCE for anything and lets others run meanwhile.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum { ATA_SECTOR = 512 };
#define ATA_PATIENCE ((nsec_t)5000000000)

struct ata {
    cap_t command;    // the eight registers
    cap_t control;    // the one
    cap_t signal;     // to sleep on; nobody raises it
    uint32_t sectors; // 0: no device
};

// Look for the device and learn its size. Errors: NOT_FOUND (nothing there, or no disk), DEVICE.
MUST_USE err_t ata_begin(struct ata *a);

// Errors: NOT_FOUND (no device), BAD_ARGUMENT (beyond the end), DEVICE (it failed or hangs).
MUST_USE err_t ata_read(const struct ata *a, uint32_t sector, uint8_t out[ATA_SECTOR]);

// Returns when the device says that its own cache is empty.
MUST_USE err_t ata_write(const struct ata *a, uint32_t sector, const uint8_t in[ATA_SECTOR]);
