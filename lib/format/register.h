// SPDX-License-Identifier: GPL-3.0-or-later
// Object registers: named values on a signature chain (format/chain.h), and the one kind of object
// that there is: a program. Its value is deterministic CBOR, a map of the fields below in this
// order, and exactly these. Pure code.
#pragma once
#include "abi/types.h"
#include "format/bytes.h"
#include <stdbool.h>

// Numbers are permanent. A register keeps its type for ever.
enum register_type {
    REGISTER_NONE = 0,     // the entry is about the chain itself
    REGISTER_READONLY = 1, // written once
    REGISTER_APPEND = 2,   // a list that only grows; its value is the head of an RFC 6962 tree
    REGISTER_RAW = 3,      // any bytes, replaced by each WRITE
    REGISTER_OBJECT = 4,   // a struct program_register
    REGISTER_TYPE_LAST = 4,
};

enum {
    REGISTER_NAME = 32,    // longest name: 1 to 32 of a-z 0-9 - _ . and a letter or digit first
    REGISTER_VALUE = 1024, // longest value, or leaf
    REGISTER_HASH = 32,
};

enum { PROGRAM_X86_64 = 1 }; // architecture

enum program_field {
    PROGRAM_FIELD_NAME = 1,
    PROGRAM_FIELD_VERSION = 2,
    PROGRAM_FIELD_ARCHITECTURE = 3,
    PROGRAM_FIELD_SIZE = 4,
    PROGRAM_FIELD_CODE_ROOT = 5,
    PROGRAM_FIELD_PACKAGE_ROOT = 6,
    PROGRAM_FIELD_MINIMUM = 7,
    PROGRAM_FIELD_REVOKED = 8,
    PROGRAM_FIELD_LAST = 8,
};

struct program_register {
    char name[REGISTER_NAME + 1]; // also the register's
    uint64_t version;             // from 1; never falls from value to value
    uint32_t architecture;
    uint64_t size; // bytes of the package without its chain
    uint8_t code_root[REGISTER_HASH];
    uint8_t package_root[REGISTER_HASH];
    uint64_t minimum; // versions below it must not run; never falls
    bool revoked;     // this version and all below must not run
};

// A program that wants to run, as its package describes it.
struct program_offer {
    const char *name;
    uint64_t version;
    const uint8_t *code_root; // REGISTER_HASH bytes each
    const uint8_t *package_root;
};

bool register_name_good(const char *name, size_t length);

// The one encoding of a program. Errors: BAD_ARGUMENT (a field is out of range), TOO_SMALL.
MUST_USE err_t program_encode(const struct program_register *program, uint8_t *out, size_t cap,
                              size_t *size);

// Errors: BAD_DATA (not a program, or not its one encoding).
MUST_USE err_t program_decode(struct span value, struct program_register *out);
