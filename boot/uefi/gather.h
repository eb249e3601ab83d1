// SPDX-License-Identifier: GPL-3.0-or-later
// What the firmware has to say, asked while its boot services live. Everything but the bundle may
// be missing.
#pragma once
#include "uefi/efi.h"
#include "x86_64/start.h"

// Reads \cella.bundle from the volume that the loader came from into pages of its own; stops the
// machine if it cannot.
void gather_bundle(const struct efi_system *system, efi_handle image, struct start *start);

// The address of a configuration table; 0: there is none.
uint64_t gather_table(const struct efi_system *system, const struct efi_guid *guid);

// RSDP, framebuffer, Secure Boot's state, the firmware's random numbers.
void gather_machine(const struct efi_system *system, struct start *start);
