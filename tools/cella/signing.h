// SPDX-License-Identifier: GPL-3.0-or-later
// One signing request, from the companion's side: send the PSBT, wait for the person, fetch what
// came out. A link that breaks in between is raised again and the request goes on where it was;
// if the device started anew meanwhile, it is sent again.
#pragma once
#include "device.h"

enum { SIGNING_SIGNATURES_MAX = 1024 }; // more inputs than fit in a request

struct signing_signature {
    uint32_t input;
    size_t size;
    uint8_t bytes[COMPANION_SIGNATURE_MAX];
};

struct signing {
    const uint8_t *psbt; // the caller's
    size_t size;
    uint8_t nonce[COMPANION_NONCE_SIZE];

    uint32_t signature_count;
    struct signing_signature signatures[SIGNING_SIGNATURES_MAX];
    size_t evidence_size;
    uint8_t evidence[COMPANION_EVIDENCE_MAX];
};

// EXIT_GOOD, or what is wrong was said: EXIT_NO (refused, withdrawn), EXIT_UNABLE. Catches SIGINT
// and SIGTERM while it runs: they withdraw the request.
int signing_run(struct device *d, struct signing *s);
