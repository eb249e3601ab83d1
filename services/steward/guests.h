// SPDX-License-Identifier: GPL-3.0-or-later
// Apps that are installed while the system runs. The installer brings them; it is not believed in
// anything that this file can check itself.
//
//            propose          yes           run
//     (none) -------> PROPOSED ---> AGREED -------> HERE --yes to its removal--> LEAVING
//       ^                |            |                                             |
//       '----------------'------------'---drop, or the installer's end--------------'
//       ^
//       '--- from any state: remove, which the person typed
//
// G1 All that a guest is made of lies in one piece of memory, its home, which was set aside at
// boot:
//    revoking it takes everything back, wherever it went, and leaves it for the next guest.
// G2 A guest has no more than the profile's [apps] allow, and than the person was shown.
// G3 It runs only after a yes of the person to that very guest; it goes only after such a yes, or
//    when the person types its name.
// G4 No two guests, nor a guest and a cell of the plan, have the same name, but while one replaces
//    the other; then both have the same publisher.
// G5 No guest has the publisher of a cell of the plan, and no two of different names have the same
//    publisher and app id: these name its keys in the vault.
#pragma once
#include "asks.h"
#include "format/install.h"

enum guest_state { GUEST_NONE, GUEST_PROPOSED, GUEST_AGREED, GUEST_HERE, GUEST_LEAVING };

enum { GUEST_IMAGE_PAGES = 256 }; // most that its image takes as it was brought

// Where the steward reads the images; each guest's behind the one before it.
#define GUEST_BASE 0x0000000074000000u

struct guest {
    enum guest_state state;
    uint64_t installer; // identity of whoever proposed it
    cap_t home;         // 0: there is no such place
    cap_t stage;        // frames with its image, mapped at its place
    uint64_t size, loaded;
    uint32_t replaces; // the place of another guest; GUESTS: none
    char version[BUNDLE_NAME];
    uint64_t version_number;
    uint32_t known;  // struct question
    uint32_t answer; // enum question_answer to the last question about it, 0: none yet
};

struct guests {
    struct keeper *keeper;
    struct bundle_view *view; // the keeper's
    struct asks *asks;
    uint64_t serial;
    struct guest at[GUESTS];
};

// Set aside the homes. Errors: NO_MEMORY, NO_SLOT; then nothing can be installed.
MUST_USE err_t guests_begin(struct guests *g);

// What the methods of abi/steward.idl do, for the cell with that identity.
struct guest_verdict {
    uint32_t ceiling, service, method;
};
MUST_USE err_t guests_propose(struct guests *g, uint64_t identity, const uint8_t *app, size_t size,
                              uint32_t *place, struct guest_verdict *verdict);
MUST_USE err_t guests_load(struct guests *g, uint64_t identity, uint32_t place, const uint8_t *data,
                           size_t size, uint32_t *loaded);
MUST_USE err_t guests_ask(struct guests *g, uint64_t identity, uint32_t place, nsec_t deadline);
MUST_USE err_t guests_asked(struct guests *g, uint64_t identity, uint32_t place, uint32_t *answer);
MUST_USE err_t guests_withdraw(struct guests *g, uint64_t identity, uint32_t place);
MUST_USE err_t guests_run(struct guests *g, uint64_t identity, uint32_t place);
MUST_USE err_t guests_drop(struct guests *g, uint32_t place);

// The person has typed at the console that nothing of this name shall run: what is there goes, and
// what was proposed. Errors: NOT_FOUND; BUSY (pages that it lent are in use still: try again).
MUST_USE err_t guests_remove(struct guests *g, const uint8_t name[BUNDLE_NAME]);

// The guest at a place, null if nothing is installed there.
const struct guest *guests_here(const struct guests *g, uint32_t place);

// The cell with that identity has stopped: what it proposed and did not finish is dropped.
void guests_end(struct guests *g, uint64_t identity);
