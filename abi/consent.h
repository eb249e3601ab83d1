// SPDX-License-Identifier: GPL-3.0-or-later
// What a person is asked besides signatures: whether an app may do more than its manifest gives it,
// and whether an app may be installed. The steward keeps one question at a time; the prompt fetches
// it, shows it and brings the answer.
#pragma once
#include "abi/types.h"

enum consent_kind {
    CONSENT_ONCE = 1,  // one call
    CONSENT_RUN = 2,   // until the app ends
    CONSENT_UNTIL = 3, // until a time
};

enum question_kind {
    QUESTION_CONSENT = 1,
    QUESTION_INSTALL = 2,
    QUESTION_UPDATE = 3,
    QUESTION_REMOVE = 4
};

enum question_answer {
    QUESTION_YES = 1,
    QUESTION_NO = 2,
    QUESTION_LATE = 3,    // the person did not answer in time
    QUESTION_TROUBLE = 4, // the console failed: nobody knows what was typed
};

enum {
    CONSENT_EVER_MAX = 24 * 3600, // seconds that a CONSENT_UNTIL may last
    CONSENT_SLOTS = 16,           // capabilities by consent in one cell's table
    CONSENT_SLOT_FIRST = 80,
    QUESTION_GRANTS = 64, // services: those that an update asks for, and those that it gives up
    QUESTION_NAME = 32,
    QUESTION_SIZE = 4096,
};

// What it may do at one service. `methods`: asked for, or had from the start; `consent`: what an
// app to be installed may ask for later. The same of the app that it replaces: 0 if there is none.
struct question_grant {
    uint32_t service;
    uint32_t zero;
    uint64_t methods, consent;
    uint64_t methods_before, consent_before;
};

struct question {
    uint32_t kind;            // enum question_kind
    uint32_t consent;         // enum consent_kind, 0 for apps to be installed
    char name[QUESTION_NAME]; // zero-padded
    uint8_t publisher[32];
    nsec_t expiry;               // of CONSENT_UNTIL
    char version[QUESTION_NAME]; // of the app to be installed, and of the one that it replaces
    char replaced[QUESTION_NAME];
    uint32_t known; // 1: the installer says that an app of this publisher was installed before,
                    // 2: the publisher is one of this image
    uint32_t pages; // of memory that it gets; `pages_before`: that the one has that it replaces
    uint32_t grant_count; // of a consent 1
    uint32_t pages_before;
    uint64_t number;       // the version, for machines; 0 for a consent
    uint8_t code_root[32]; // of what runs on a yes; zero for a consent
    struct question_grant grants[QUESTION_GRANTS];
};
_Static_assert(sizeof(struct question) <= QUESTION_SIZE, "one page");
