// SPDX-License-Identifier: GPL-3.0-or-later
// From a package in pieces to an app that runs. The package stays in this cell's memory and is
// believed in nothing until it is whole and somebody vouches for it; the steward asks the person.
//
//              BEGIN           all bytes, END        somebody vouches, the ceiling allows it
//     IDLE ----------> RECEIVING ------> CHECKING -------------------------> ASKING --yes--> DONE
//                                           '--> REFUSED, CEILING, FAILED      '--> DECLINED
//     (any state but ASKING) --REMOVE--> ASKING --yes--> DONE
//
// N1 One thing at a time: what is asked of the person is about what this cell holds.
// N2 A chain that was accepted is remembered until power-off: an older state of it, or a fork, is
//    refused from then on.
// N3 Whatever ends an installation gives its place back.
// N4 What no chain vouches for needs the person's word first, signed by the vault, and then the
//    person's yes like everything else.
#pragma once
#include "format/install.h"
#include "format/package.h"

enum { VOUCH_WAITING = 1, VOUCH_GIVEN = 2, VOUCH_REFUSED = 3 }; // abi/vault.idl, `vouched`

enum {
    INSTALLER_CHAINS = 16,       // publishers that are remembered; the next one is refused: to
                                 // forget one would let older versions of its apps in again
    INSTALLER_OWN_MAX = 5 << 16, // bytes of the device's own chain
};

struct installer {
    struct install_job job;
    struct install_begin begun;
    bool removing;  // the question that is open is about that
    uint32_t place; // the steward's, while `placed`
    bool placed;
    uint8_t digest[PACKAGE_HASH]; // of the package, for whoever records it
    char name[BUNDLE_NAME], version[BUNDLE_NAME];
    bool update;
    uint32_t known; // chains that are remembered
    uint8_t ids[INSTALLER_CHAINS][CHAIN_HASH];
    struct chain_memory chains[INSTALLER_CHAINS];
    struct chain chain; // the package's, verified; or `own`, if it has none
    bool vouching;      // the question that is open is the vault's (N4)
    bool vouched;       // it was answered with yes
    bool personal;      // no chain came with the package: the person's stands for it
    struct chain own;   // the device's, verified; count 0: there is none
    uint8_t own_bytes[INSTALLER_OWN_MAX];
    _Alignas(PACKAGE_ALIGN) uint8_t bytes[PACKAGE_MAX];
};

// A question from the host (format/install.h). `answer` has room for 4096 bytes. Returns the status
// that goes back.
err_t installer_serve(struct installer *in, uint32_t type, const uint8_t *data, size_t size,
                      uint8_t *answer, size_t *answer_size);

// Go on with what is begun. True: there is something to wait for, come again soon.
bool installer_step(struct installer *in);
