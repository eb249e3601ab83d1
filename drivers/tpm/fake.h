// SPDX-License-Identifier: GPL-3.0-or-later
// For unit tests: a TPM behind bus.h, with either interface, that can be made to misbehave. Time
// passes only when somebody sleeps.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum fake_kind { FAKE_NOBODY = 0, FAKE_ZEROS = 1, FAKE_FIFO = 2, FAKE_CRB = 3 };

struct fake_tpm {
    uint32_t kind;         // enum fake_kind
    nsec_t now;            //
    bool no_locality;      // never grants it
    bool never_ready;      // never says that it takes a command
    bool no_burst;         // the FIFO never has room, nor bytes
    bool hangs;            // never finishes a command
    bool not_valid;        // tpmRegValidSts never comes
    bool wants_more;       // FIFO: expects bytes after the last
    bool has_more;         // FIFO: has bytes after the last
    bool stops_early;      // FIFO: has no bytes any more after the 12th
    bool fails;            // CRB: the error bit
    uint64_t buffer;       // CRB: where it says its buffer is
    uint32_t room;         // CRB: how large
    uint8_t answer[8192];  // the next response
    uint32_t answer_size;  //
    uint8_t command[4096]; // the last command
    uint32_t command_size; //
    bool cancelled;        //
    uint32_t taken, state, status;
    bool active;
    uint8_t memory[4096]; // CRB: its buffer's page
};

extern struct fake_tpm fake_tpm;

void fake_tpm_reset(uint32_t kind);
// The next response: a good header that claims `size`, then counting bytes.
void fake_tpm_answer(uint32_t size);
