// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an event log: the reader keeps its bounds and says why it refuses; what it takes has
// as many entries as it says, each with a number of its own, and is what became of itself. The
// head's signature is not looked at, or nothing would get through.
#include "abi/boot_info.h"
#include "crypto/sign.h"
#include "format/journal_check.h"
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 3 };

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t entry_add(uint8_t *out, struct evidence_journal *h, uint32_t kind)
{
    struct journal_entry e = {.sequence = h->first + h->count++, .time = h->count, .kind = kind};
    uint8_t bytes[JOURNAL_ENTRY_MAX];
    size_t size;
    journal_who(&e, "wallet", 6);
    if (kind == JOURNAL_APPROVAL) {
        journal_text(&e, "pay", 3);
        e.present |= 1u << JOURNAL_DIGEST;
    } else {
        journal_number(&e, JOURNAL_METHOD, 300);
    }
    require(journal_entry_put(&e, bytes, &size) == ERR_OK);
    journal_chain(h->last, bytes, size);
    size_t head = journal_file_entry(out, size);
    memcpy(out + head, bytes, size);
    return head + size;
}

// A log from its beginning; one of which the oldest left; a long one.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static struct evidence_work work;
    static const uint8_t secret[SIGN_SECRET_SIZE] = {1};
    static uint8_t entries[16384], head[2048];
    static const size_t counts[SEEDS] = {3, 5, 40};
    size_t size = 0, head_size, begin;
    if (number >= SEEDS)
        return 0;
    struct evidence e = {
        .type = EVIDENCE_JOURNAL,
        .profile = {"vault", 5},
        .version = {"1",     1},
        .entry = BOOT_UEFI,
        .secure_boot = BOOT_SECURE_ON,
        .sequence = 1 + number
    };
    struct evidence_journal *h = &e.journal;
    h->first = number == 1 ? 1000 : 1;
    h->boot_id[0] = (uint8_t)(number / 2); // the first two may be compared
    journal_chain_start(h->boot_id, h->before);
    memcpy(h->last, h->before, sizeof h->last);
    while (h->count < counts[number])
        size += entry_add(entries + size, h, JOURNAL_FAULT + (uint32_t)h->count % 6);
    require(sign_public(secret, e.device_key) == ERR_OK);
    require(evidence_sign(&e, secret, &work, head, sizeof head, &head_size) == ERR_OK);
    if (max < JOURNAL_FILE_HEAD + head_size + size)
        return 0;
    begin = journal_file_begin(out, head, head_size, h->count);
    memcpy(out + begin, entries, size);
    return begin + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct evidence_work work;
    static struct journal j;
    struct journal_check check = {.fault = JOURNAL_FAULT_COUNT};
    struct journal_entry e;
    uint64_t lost = 1;
    bool anew = true;
    err_t err = journal_parse(data, size, &work, &j, &check);
    require((err == ERR_OK) == (check.fault == JOURNAL_GOOD));
    require(check.fault < JOURNAL_FAULT_COUNT && strlen(journal_sentence(check.fault)) > 0);
    if (err == ERR_OK) {
        size_t at = 0, n = 0;
        for (; journal_next(&j, &at, &e); n++)
            require(e.sequence == j.head.journal.first + n && strlen(e.who) <= JOURNAL_NAME &&
                    e.kind < JOURNAL_KIND_COUNT);
        require(n == j.count && at == j.entries_size);
        require(journal_compare(&j, &j, &lost, &anew, &check) == ERR_OK && lost == 0 && !anew);
    }
    if (journal_entry_get(data, size, &e) == ERR_OK) { // one encoding of each entry
        uint8_t again[JOURNAL_ENTRY_MAX];
        size_t length;
        require(journal_entry_put(&e, again, &length) == ERR_OK);
        require(length == size && memcmp(again, data, size) == 0);
    }
    return 0;
}
