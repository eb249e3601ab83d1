// SPDX-License-Identifier: GPL-3.0-or-later
// The TPM's registers of locality 0, by offset. bus.c reads the device's memory; fake.c plays one.
#pragma once
#include "abi/types.h"

uint8_t bus_read_8(uint32_t offset);
uint32_t bus_read_32(uint32_t offset);
void bus_write_8(uint32_t offset, uint8_t value);
void bus_write_32(uint32_t offset, uint32_t value);
