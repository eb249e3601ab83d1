// SPDX-License-Identifier: GPL-3.0-or-later
// What the host and the installer say to each other in frames (docs/link.md, docs/package.md):
// channel 1 of the companion, question types 16 to 23.
//
// Rules. One installation or removal at a time. BEGIN with the same size and digest goes on where
// the device is, with others it drops what was there. END, REMOVE and what they lead to are
// answered at once with a struct install_job, which RESULT asks for again until the state is a
// final one. An answer's payload only comes with status ERR_OK: a refused package is not an error
// of the question, but the job's state. The device believes nothing that the host says; the host
// believes no more than it needs to print. Numbers are little-endian.
#pragma once
#include "abi/plan.h"
#include "format/link.h"

enum install_type { // request -> answer
    INSTALL_BEGIN =
        16,            // struct install_begin -> u32 bytes that are there. BUSY: a question is open
    INSTALL_DATA = 17, // u32 offset, bytes -> u32 bytes that are there. BAD_STATE: nothing begun
    INSTALL_END = 18,  // -> struct install_job. BAD_STATE: bytes are missing
    INSTALL_RESULT = 19, // -> struct install_job
    INSTALL_LIST = 20,   // u32 index -> struct install_record; nothing behind the last one
    INSTALL_REMOVE = 21, // name (1 to 31 bytes) -> struct install_job. BUSY: a question is open
    INSTALL_CANCEL = 22, // -> struct install_job: a question that is open is withdrawn
};

enum {
    INSTALL_DIGEST = 32,
    INSTALL_BEGIN_SIZE = 4 + INSTALL_DIGEST,
    INSTALL_JOB_SIZE = 36,
    INSTALL_RECORD_SIZE = 8 + 2 * BUNDLE_NAME + PUBLISHER_SIZE + 8,
};

// Numbers are permanent.
enum install_state {
    INSTALL_IDLE = 0,      // nothing was begun since the device started
    INSTALL_RECEIVING = 1, // `received` bytes are there
    INSTALL_CHECKING = 2,
    INSTALL_ASKING = 3,   // the person, on the device
    INSTALL_DONE = 4,     // it runs, or is gone
    INSTALL_REFUSED = 5,  // the package: `refusal`, `chain`, `entry` (format/package.h)
    INSTALL_CEILING = 6,  // the profile's ceiling: `ceiling`, and for INSTALL_CEILING_METHOD the
                          // service and method
    INSTALL_DECLINED = 7, // by the person
    INSTALL_FAILED = 8,   // `error` (abi/errors.def): the device could not do it
    INSTALL_PAUSED = 9,   // the person was asked in vain too often: not now
    INSTALL_STATE_LAST = 9,
};

// What of the profile's [apps] an app asks too much of. Numbers are permanent.
enum install_ceiling {
    INSTALL_CEILING_NONE = 0,
    INSTALL_CEILING_APPS = 1,   // as many as there may be are installed
    INSTALL_CEILING_MEMORY = 2, // pages in all
    INSTALL_CEILING_HEAP = 3,
    INSTALL_CEILING_STACK = 4,
    INSTALL_CEILING_PRIORITY = 5,
    INSTALL_CEILING_BUDGET = 6,
    INSTALL_CEILING_METHOD = 7, // `method` of `service`
    INSTALL_CEILING_NAME = 8,   // the name belongs to a part of the system
    INSTALL_CEILING_LAST = 8,
};

struct install_begin {
    uint32_t size;                  // of the package
    uint8_t digest[INSTALL_DIGEST]; // BLAKE3 of the package: so that the device knows it again
};

struct install_job {
    uint32_t state; // enum install_state
    uint32_t received;
    uint32_t refusal, chain, entry; // struct package_verdict
    uint32_t ceiling;               // enum install_ceiling
    uint32_t service, method;
    uint32_t error;
};

struct install_record {
    uint32_t pages; // of memory that it has, everything included
    uint32_t runs;  // 0: it has stopped
    char name[BUNDLE_NAME];
    char version[BUNDLE_NAME];
    uint8_t publisher[PUBLISHER_SIZE];
    uint64_t number;
};

void install_begin_put(const struct install_begin *begin, uint8_t out[INSTALL_BEGIN_SIZE]);
void install_job_put(const struct install_job *job, uint8_t out[INSTALL_JOB_SIZE]);
void install_record_put(const struct install_record *record, uint8_t out[INSTALL_RECORD_SIZE]);

// Errors: BAD_DATA (another size, a number that does not exist, a text that does not end or is not
// printable).
MUST_USE err_t install_begin_get(const uint8_t *data, size_t size, struct install_begin *out);
MUST_USE err_t install_job_get(const uint8_t *data, size_t size, struct install_job *out);
MUST_USE err_t install_record_get(const uint8_t *data, size_t size, struct install_record *out);
