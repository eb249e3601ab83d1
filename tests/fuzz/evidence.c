// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as evidence: the reader keeps its bounds, says why it refuses, and what it takes has
// names and numbers in range. The signature is not looked at here, or nothing would ever get
// through.
#include "format/evidence.h"
#include "crypto/sign.h"
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 4, JOURNAL = 3 };

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// One, two and three signatures; the head of a log.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static struct evidence_work work;
    static const uint8_t secret[SIGN_SECRET_SIZE] = {1}, signature[64] = {2};
    static struct evidence e;
    size_t size;
    if (number >= SEEDS)
        return 0;
    e = (struct evidence){
        .type = EVIDENCE_SIGNATURE_RESULT,
        .profile = {"vault",  5},
        .version = {"1",      1},
        .entry = 1,
        .secure_boot = 1,
        .entropy_passed = 3,
        .sequence = 1 + number,
        .app = {"wallet", 6},
        .app_id = {"wallet", 6},
        .text = {"Pay\n",  4},
        .signature_count = 1 + number
    };
    if (number == JOURNAL) {
        e.type = EVIDENCE_JOURNAL;
        e.journal = (struct evidence_journal){.first = 300, .count = 70000, .time = 1ull << 40};
    }
    require(sign_public(secret, e.device_key) == ERR_OK);
    for (uint32_t i = 0; i <= number && number != JOURNAL; i++)
        e.signatures[i] = (struct evidence_signature){i, signature, sizeof signature};
    require(evidence_sign(&e, secret, &work, out, max, &size) == ERR_OK);
    return size;
}

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
    if (err == ERR_OK && e.type == EVIDENCE_JOURNAL) {
        require(e.journal.first > 0 && e.journal.count > 0 &&
                e.journal.first + e.journal.count > e.journal.first);
    } else if (err == ERR_OK) {
        require(e.text.text >= (const char *)data && e.text.length <= EVIDENCE_TEXT);
        require(e.signature_count > 0 && e.signature_count <= EVIDENCE_SIGNATURES);
        for (uint32_t i = 0; i < e.signature_count; i++)
            require(e.signatures[i].bytes + e.signatures[i].length <= data + size);
    }
    return 0;
}
