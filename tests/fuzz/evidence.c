// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as evidence: the reader keeps its bounds, says why it refuses, and what it takes has
// names and numbers in range. The signature is not looked at here, or nothing would ever get
// through.
#include "format/evidence.h"
#include <stdlib.h>
#include <string.h>

static void require(bool cond)
{
    if (!cond)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct evidence_work work;
    static struct evidence e;
    struct evidence_check check = {EVIDENCE_FAULT_COUNT, 0};
    err_t err = evidence_parse(data, size, &work, &e, &check);
    require(check.fault < EVIDENCE_FAULT_COUNT && check.field <= EVIDENCE_FIELD_LAST + 1);
    require((err == ERR_OK) == (check.fault == EVIDENCE_GOOD));
    require(strlen(evidence_sentence(check.fault)) > 0 &&
            strlen(evidence_field_name(check.field)) > 0);
    if (err == ERR_OK) {
        require(e.text.text >= (const char *)data && e.text.length <= EVIDENCE_TEXT);
        require(e.signature_count > 0 && e.signature_count <= EVIDENCE_SIGNATURES);
        for (uint32_t i = 0; i < e.signature_count; i++)
            require(e.signatures[i].bytes + e.signatures[i].length <= data + size);
    }
    return 0;
}
