// SPDX-License-Identifier: GPL-3.0-or-later
// A whole system in one process: reader, vault and prompt behind their generated stubs and
// dispatchers; a kernel that only carries messages; a steward, an entropy source and a console that
// a test plays. Time stands still unless somebody waits.
#pragma once
#include "abi/consent.h"
#include "abi/types.h"
#include <stdbool.h>

// Cells that call: their identities.
enum fake_cell {
    FAKE_AGAIN = 10, // the wallet's next run
    FAKE_PROMPT = 11,
    FAKE_WALLET = 12,
    FAKE_OTHER = 13,    // an app of another publisher, with a name that would fake a dialogue
    FAKE_STRANGER = 14, // from here on: apps named stranger, as many as wanted
};

enum { FAKE_OTHER_PUBLISHER = 0xee }; // each byte of its publisher's key

struct fake {
    uint64_t self; // whose calls the stubs make
    nsec_t now;
    uint32_t entry, secure_boot;
    uint32_t entropy_test;
    bool entropy_broken;
    bool entropy_zero; // gives nothing but zeros
    bool flash;        // the machine has one; without, nothing is kept
    bool at_once;      // no time passes after a question
    bool vault_fresh;  // the vault says that it has no seed, as one that was started again
    bool vault_gone;   // its endpoint was taken away
    // The console: everything that was written, and what the person will do.
    char output[1 << 20];
    size_t output_size;
    uint32_t console_lost; // bytes to report as lost at the next read
    bool console_broken;
    unsigned discards;
};

// What the prompt had written into the event log, and how often it had told the vault to sign by
// then.
struct fake_entry {
    bool approved;
    char app[33], text[97];
    uint8_t digest[32];
    unsigned approvals;
};
enum { FAKE_ENTRIES = 256 };
struct fake_journal {
    struct fake_entry entries[FAKE_ENTRIES];
    unsigned count, approvals;
    bool broken; // it does not run
};
extern struct fake_journal fake_journal;

// The steward's side of the console: its question, how it was answered, and what is installed.
enum { FAKE_APPS = 2 };
struct fake_steward {
    struct question question;
    bool open;
    uint32_t answer, number; // of the last answer; 0: none
    struct {
        char name[33], version[33];
        uint8_t publisher[32];
        uint64_t number;
        bool runs;
    } apps[FAKE_APPS];
    unsigned busy; // how often `remove` says so
    char removed[33];
};
extern struct fake_steward fake_steward;

extern struct fake fake;

// The flash memory: six sectors and a few; what is on it survives fake_start. As at power-on, the
// vault looks for it anew and has no seed.
void fake_power_on(void);
void fake_flash_clear(void);

// So long passes that nobody who asks has to wait (os/patience.h).
void fake_pause(void);

// As at boot, except that reader and vault keep what they have: they are in this process.
void fake_start(void);

// What the person does. `expect` must appear in what is written after the step before; then `keys`
// are typed; $ stands for the number on the screen, & for another number. If `early`, they are
// typed at the very moment it is written, otherwise when the prompt waits. `act` is called in their
// place.
struct fake_step {
    const char *expect;
    const char *keys;
    bool early;
    void (*act)(void);
};

// Let the person follow `steps`, and the prompt do `rounds` steps of its own. False if the person
// never saw what they expected, or the prompt waits for them for ever.
bool fake_person(const struct fake_step *steps, size_t count, unsigned rounds);

// The prompt begins, and the person restores the seed of PAYMENT_WORDS; `network` is what they
// type.
bool fake_restore(const char *network, unsigned rounds);

// From an `act`: type this as well.
void fake_type(const char *keys);

// Does `text` stand in what was written since fake_start, or since `mark`?
bool fake_said(const char *text);
bool fake_said_since(size_t mark, const char *text);
// Forget what was written so far.
void fake_screen_clear(void);
// Do the pages that this cell lends hold `text`?
bool fake_lease_holds(const char *text);
// Every byte that was written is printable ASCII, a line end, or a backspace.
bool fake_output_clean(void);
