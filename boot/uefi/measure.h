// SPDX-License-Identifier: GPL-3.0-or-later
// The TPM through the firmware's EFI_TCG2_PROTOCOL: its rollback counter, our measurements, the
// event log. Without a TPM, or with one whose SHA-256 bank is off, nothing is measured and
// boot_info says so; a TPM that is there and does not answer stops the machine. In this order:
#pragma once
#include "uefi/efi.h"
#include "x86_64/start.h"

// Looks for the TPM and reads its counter, before the bundle is judged.
void measure_find(const struct efi_system *system, struct start *start);

// Extends the registers by the verified bundle and takes the event log, while boot services live.
void measure_bundle(const struct efi_system *system, struct start *start);

// Adds what the firmware measured while it was left.
void measure_finish(struct start *start);
