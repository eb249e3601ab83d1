// SPDX-License-Identifier: GPL-3.0-or-later
// A software TPM of a unit test's own, with a folder that keeps its state. Whatever fails ends the
// test. It ends with the test.
#pragma once
#include "abi/types.h"

#include <stddef.h>
#include <stdint.h>

// A new TPM, or another one: the earlier one's state is gone.
void swtpm_new(void);
// A new one as a maker leaves it: with an endorsement certificate. `root` and `issuer`, 4096 bytes
// each, get the certificates (DER) of an authority that is new each time.
void swtpm_made(uint8_t *root, uint8_t *issuer, size_t *root_size, size_t *issuer_size);
// As after a power cut: killed, started again with the same state.
void swtpm_cut(void);
void swtpm_end(void);

// wire_transmit_t of attest.h.
err_t swtpm_transmit(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                     size_t *length);
