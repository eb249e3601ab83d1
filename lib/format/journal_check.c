// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/journal_check.h"
#include "format/item.h"
#include <string.h>

static err_t fail(struct journal_check *check, uint32_t fault, uint64_t entry)
{
    check->fault = fault;
    check->entry = entry;
    return ERR_BAD_DATA;
}

// Does the file end within this byte string?
static bool cut_off(struct reading r, size_t max)
{
    uint64_t length;
    if (r.size - r.at < 2)
        return true;
    return item_get(&r, ITEM_BYTES, &length) && length <= max && length > r.size - r.at;
}

typedef err_t head_read_t(const uint8_t *data, size_t len, struct evidence_work *work,
                          struct evidence *out, struct evidence_check *check);

// Array, head, and the beginning of the array of entries.
static err_t frame_read(struct reading *r, struct evidence_work *work, head_read_t *read,
                        struct evidence *head, uint64_t *entries, struct journal_check *check)
{
    uint64_t members;
    size_t size;
    if (!item_get(r, ITEM_ARRAY, &members) || members != 2)
        return fail(check, JOURNAL_NOT_LOG, 0);
    if (cut_off(*r, EVIDENCE_MAX))
        return fail(check, JOURNAL_TRUNCATED, 0);
    const uint8_t *envelope = string_get(r, ITEM_BYTES, EVIDENCE_MAX, &size);
    if (!envelope)
        return fail(check, JOURNAL_NOT_LOG, 0);
    err_t err = read(envelope, size, work, head, &check->head);
    if (err) {
        check->fault = JOURNAL_HEAD;
        return err;
    }
    if (head->type != EVIDENCE_JOURNAL || !item_get(r, ITEM_ARRAY, entries))
        return fail(check, JOURNAL_NOT_LOG, 0);
    return *entries <= JOURNAL_ENTRIES_MAX ? ERR_OK : fail(check, JOURNAL_NOT_LOG, 0);
}

// Is entry `sequence` among the next `left` ones? A copy of the reading looks ahead.
static bool comes_later(struct reading r, uint64_t left, uint64_t sequence)
{
    struct journal_entry e;
    for (size_t size; left; left--) {
        const uint8_t *bytes = string_get(&r, ITEM_BYTES, JOURNAL_ENTRY_MAX, &size);
        if (!bytes || journal_entry_get(bytes, size, &e) != ERR_OK)
            return false;
        if (e.sequence == sequence)
            return true;
    }
    return false;
}

// What the number of an entry says about its place, `index` entries after the first one; `left`
// come after it.
static uint32_t place_judge(const struct reading *r, const struct evidence_journal *h,
                            const struct journal_entry *e, uint64_t index, uint64_t left)
{
    uint64_t wanted = h->first + index;
    if (e->sequence == wanted)
        return index < h->count ? JOURNAL_GOOD : JOURNAL_ADDED;
    if (e->sequence < h->first || e->sequence - h->first >= h->count)
        return JOURNAL_ADDED;
    if (e->sequence == wanted - 1)
        return JOURNAL_TWICE;
    if (e->sequence < wanted || comes_later(*r, left, wanted))
        return JOURNAL_ORDER;
    return index == 0 ? JOURNAL_CUT_FRONT : JOURNAL_HOLE;
}

static err_t entries_read(struct reading *r, const struct evidence_journal *h, uint64_t count,
                          struct journal_check *check)
{
    uint8_t hash[JOURNAL_HASH];
    struct journal_entry e;
    uint64_t before = 0; // time of the entry before
    memcpy(hash, h->before, sizeof hash);
    for (uint64_t i = 0; i < count; i++, before = e.time) {
        size_t size;
        if (cut_off(*r, JOURNAL_ENTRY_MAX))
            return fail(check, JOURNAL_TRUNCATED, h->first + i);
        const uint8_t *bytes = string_get(r, ITEM_BYTES, JOURNAL_ENTRY_MAX, &size);
        if (!bytes || journal_entry_get(bytes, size, &e) != ERR_OK)
            return fail(check, JOURNAL_ENTRY, h->first + i);
        uint32_t fault = place_judge(r, h, &e, i, count - i - 1);
        if (fault == JOURNAL_GOOD && e.time < before)
            fault = JOURNAL_TIME;
        if (fault)
            return fail(check, fault, h->first + i);
        journal_chain(hash, bytes, size);
    }
    if (count < h->count)
        return fail(check, JOURNAL_CUT_END, h->first + count);
    return memcmp(hash, h->last, sizeof hash) == 0 ? ERR_OK : fail(check, JOURNAL_EDITED, 0);
}

static err_t log_read(const uint8_t *data, size_t size, struct evidence_work *work,
                      head_read_t *read, struct journal *out, struct journal_check *check)
{
    struct reading r = {.data = data, .size = size};
    struct journal j = {0};
    uint64_t count;
    uint8_t start[JOURNAL_HASH];
    *check = (struct journal_check){0};
    if (size > JOURNAL_FILE_MAX)
        return fail(check, JOURNAL_NOT_LOG, 0);
    err_t err = frame_read(&r, work, read, &j.head, &count, check);
    if (err)
        return err;
    j.entries = data + r.at;
    j.count = count;
    const struct evidence_journal *h = &j.head.journal;
    err = entries_read(&r, h, count, check);
    if (err)
        return err;
    j.entries_size = (size_t)(data + r.at - j.entries);
    if (r.at != size)
        return fail(check, JOURNAL_TRAILING, 0);
    journal_chain_start(h->boot_id, start);
    if (h->first == 1 && memcmp(start, h->before, sizeof start) != 0)
        return fail(check, JOURNAL_START, 0);
    *out = j;
    return ERR_OK;
}

err_t journal_verify(const uint8_t *data, size_t size, struct evidence_work *work,
                     struct journal *out, struct journal_check *check)
{
    return log_read(data, size, work, evidence_verify, out, check);
}

err_t journal_parse(const uint8_t *data, size_t size, struct evidence_work *work,
                    struct journal *out, struct journal_check *check)
{
    return log_read(data, size, work, evidence_parse, out, check);
}

// The bytes of the next entry; null at the end.
static const uint8_t *entry_next(const struct journal *j, size_t *at, size_t *size)
{
    struct reading r = {.data = j->entries, .size = j->entries_size, .at = *at};
    const uint8_t *bytes = string_get(&r, ITEM_BYTES, JOURNAL_ENTRY_MAX, size);
    *at = r.at;
    return bytes;
}

bool journal_next(const struct journal *j, size_t *at, struct journal_entry *out)
{
    size_t size;
    const uint8_t *bytes = entry_next(j, at, &size);
    return bytes && journal_entry_get(bytes, size, out) == ERR_OK;
}

// The chain's hash in `j` after entry `sequence`, which it reaches.
static void hash_at(const struct journal *j, uint64_t sequence, uint8_t hash[JOURNAL_HASH])
{
    size_t at = 0, size;
    memcpy(hash, j->head.journal.before, JOURNAL_HASH);
    for (uint64_t n = j->head.journal.first; n <= sequence; n++) {
        const uint8_t *bytes = entry_next(j, &at, &size);
        if (!bytes)
            return; // never in a verified log
        journal_chain(hash, bytes, size);
    }
}

err_t journal_compare(const struct journal *before, const struct journal *now, uint64_t *lost,
                      bool *other_boot, struct journal_check *check)
{
    const struct evidence_journal *b = &before->head.journal, *n = &now->head.journal;
    uint64_t b_last = b->first + b->count - 1, n_last = n->first + n->count - 1;
    uint8_t hash[JOURNAL_HASH];
    *check = (struct journal_check){0};
    if (memcmp(before->head.device_key, now->head.device_key, EVIDENCE_KEY) != 0)
        return fail(check, JOURNAL_OTHER_DEVICE, 0);
    *lost = 0;
    *other_boot = memcmp(b->boot_id, n->boot_id, sizeof b->boot_id) != 0;
    if (*other_boot)
        return now->head.sequence > before->head.sequence ? ERR_OK : fail(check, JOURNAL_OLDER, 0);
    if (n_last < b_last || now->head.sequence < before->head.sequence || n->time < b->time)
        return fail(check, JOURNAL_OLDER, n_last);
    if (b_last + 1 < n->first) {
        *lost = n->first - b_last - 1;
        return ERR_OK;
    }
    hash_at(now, b_last, hash);
    return memcmp(hash, b->last, sizeof hash) == 0 ? ERR_OK : fail(check, JOURNAL_FORKED, b_last);
}

const char *journal_sentence(uint32_t fault)
{
    static const char *const sentences[JOURNAL_FAULT_COUNT] = {
        [JOURNAL_GOOD] = "the log is whole",
        [JOURNAL_NOT_LOG] = "this is not an event log: check which file this is",
        [JOURNAL_TRUNCATED] = "the file ends too early: fetch it again",
        [JOURNAL_TRAILING] = "something follows the log: cut it off or do not rely on it",
        [JOURNAL_HEAD] = "its signed head is not valid",
        [JOURNAL_ENTRY] = "an entry is malformed: do not rely on this log",
        [JOURNAL_CUT_FRONT] = "entries are missing at its beginning: ask for the whole log",
        [JOURNAL_CUT_END] = "entries are missing at its end: ask for the whole log",
        [JOURNAL_ADDED] = "there are more entries than the device signed: do not rely on this log",
        [JOURNAL_HOLE] = "an entry was taken out of its middle: do not rely on this log",
        [JOURNAL_ORDER] = "its entries are out of order: do not rely on this log",
        [JOURNAL_TWICE] = "an entry is in it twice: do not rely on this log",
        [JOURNAL_TIME] = "an entry is earlier than the one before it: do not rely on this log",
        [JOURNAL_EDITED] = "an entry was changed after it was signed: do not rely on this log",
        [JOURNAL_START] = "its first entry does not begin the chain of this boot: do not rely on "
                          "this log",
        [JOURNAL_OTHER_DEVICE] = "another device key signed it than the one given with --since: "
                                 "the device was restarted, or it is another one",
        [JOURNAL_OLDER] = "it is older than the log given with --since: somebody shows an old one",
        [JOURNAL_FORKED] = "it is not what became of the log given with --since: one of the two "
                           "was made up",
    };
    return fault < JOURNAL_FAULT_COUNT ? sentences[fault] : "unknown fault";
}
