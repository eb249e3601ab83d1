// SPDX-License-Identifier: GPL-3.0-or-later
// A log written here, then damaged in every way: each fault has a fixture that ends in it and in no
// other, and no bit of a log can change without being noticed.
#include "abi/boot_info.h"
#include "crypto/sign.h"
#include "format/journal_check.h"
#include "tests/unit.h"

enum { ENTRIES = 6, FILE_MAX = 8192, FIRST = 40 };

static const uint8_t device_seed[SIGN_SECRET_SIZE] = {7, 7, 7}, other_seed[SIGN_SECRET_SIZE] = {9};
static const uint8_t boot_id[JOURNAL_BOOT_ID] = {0xb0, 1}, other_id[JOURNAL_BOOT_ID] = {0xb0, 2};
static struct evidence_work work;
static bool seen[JOURNAL_FAULT_COUNT];

// A log under way: its entries as they will stand in the file, which a test may rearrange.
struct log {
    struct journal_entry entries[ENTRIES + 1];
    size_t count;
    struct evidence head;
    uint8_t before[JOURNAL_HASH];
    uint8_t file[FILE_MAX];
    size_t size;
};

static struct journal_entry entry_make(uint64_t sequence)
{
    static const uint32_t kinds[] = {JOURNAL_BOOT,   JOURNAL_FAULT,  JOURNAL_RESTART,
                                     JOURNAL_DENIAL, JOURNAL_TAMPER, JOURNAL_APPROVAL};
    struct journal_entry e = {.sequence = sequence,
                              .time = 1000 * sequence,
                              .kind = kinds[sequence % (sizeof kinds / sizeof kinds[0])]};
    journal_who(&e, "wallet", 6);
    if (e.kind == JOURNAL_APPROVAL) {
        journal_text(&e, "pay", 3);
        e.present |= 1u << JOURNAL_DIGEST;
        memset(e.digest, 0xd1, sizeof e.digest);
    }
    if (e.kind == JOURNAL_DENIAL) {
        journal_number(&e, JOURNAL_SLOT, 7);
        journal_number(&e, JOURNAL_METHOD, 34);
        journal_number(&e, JOURNAL_COUNT, 1000000);
    }
    return e;
}

static void hash_all(const struct log *l, uint8_t hash[JOURNAL_HASH])
{
    uint8_t bytes[JOURNAL_ENTRY_MAX];
    size_t size;
    memcpy(hash, l->before, JOURNAL_HASH);
    for (size_t i = 0; i < l->count; i++) {
        CHECK_EQ(journal_entry_put(&l->entries[i], bytes, &size), ERR_OK);
        journal_chain(hash, bytes, size);
    }
}

// The head that a device signs for what is in the log now.
static void head_set(struct log *l, const uint8_t seed[SIGN_SECRET_SIZE])
{
    l->head.journal.first = l->entries[0].sequence;
    l->head.journal.count = l->count;
    l->head.journal.time = 1000000;
    memcpy(l->head.journal.before, l->before, JOURNAL_HASH);
    hash_all(l, l->head.journal.last);
    CHECK_EQ(sign_public(seed, l->head.device_key), ERR_OK);
}

// The file, as the head and the entries are; `seed` signs.
static void file_make(struct log *l, const uint8_t seed[SIGN_SECRET_SIZE])
{
    uint8_t envelope[2048], bytes[JOURNAL_ENTRY_MAX];
    size_t size = 0;
    CHECK_EQ(evidence_sign(&l->head, seed, &work, envelope, sizeof envelope, &size), ERR_OK);
    l->size = journal_file_begin(l->file, envelope, size, l->count);
    for (size_t i = 0; i < l->count; i++) {
        CHECK_EQ(journal_entry_put(&l->entries[i], bytes, &size), ERR_OK);
        l->size += journal_file_entry(l->file + l->size, size);
        memcpy(l->file + l->size, bytes, size);
        l->size += size;
    }
}

// Entries `first` to `last` of the one history that there is.
static void log_make(struct log *l, const uint8_t id[JOURNAL_BOOT_ID], uint64_t first,
                     uint64_t last, uint64_t sequence)
{
    uint8_t bytes[JOURNAL_ENTRY_MAX];
    size_t size;
    memset(l, 0, sizeof *l);
    l->head = (struct evidence){
        .type = EVIDENCE_JOURNAL,
        .profile = {"vault", 5},
        .version = {"1",     1},
        .entry = BOOT_UEFI,
        .secure_boot = BOOT_SECURE_ON,
        .sequence = sequence
    };
    memcpy(l->head.journal.boot_id, id, JOURNAL_BOOT_ID);
    journal_chain_start(id, l->before);
    for (uint64_t n = 1; n <= last; n++) {
        struct journal_entry e = entry_make(n);
        CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_OK);
        if (n < first)
            journal_chain(l->before, bytes, size);
        else
            l->entries[l->count++] = e;
    }
    head_set(l, device_seed);
    file_make(l, device_seed);
}

static void log_usual(struct log *l)
{
    log_make(l, boot_id, FIRST, FIRST + ENTRIES - 1, 3);
}

static void must_fail(const struct log *l, uint32_t fault, uint64_t entry)
{
    static struct journal j;
    struct journal_check check = {.fault = JOURNAL_GOOD};
    CHECK(journal_verify(l->file, l->size, &work, &j, &check) != ERR_OK);
    CHECK_EQ(check.fault, fault);
    CHECK_EQ(check.entry, entry);
    CHECK(strlen(journal_sentence(check.fault)) > 20);
    seen[fault] = true;
}

static void must_pass(struct log *l, struct journal *j)
{
    struct journal_check check;
    CHECK_EQ(journal_verify(l->file, l->size, &work, j, &check), ERR_OK);
    CHECK_EQ(check.fault, JOURNAL_GOOD);
    CHECK_EQ(j->count, l->count);
    struct journal_entry e;
    size_t at = 0, n = 0;
    for (; journal_next(j, &at, &e); n++)
        CHECK(e.sequence == l->entries[n].sequence && e.kind == l->entries[n].kind &&
              e.present == l->entries[n].present && strcmp(e.who, l->entries[n].who) == 0);
    CHECK_EQ(n, l->count);
}

static void test_good(void)
{
    static struct log l;
    static struct journal j;
    log_usual(&l);
    must_pass(&l, &j);
    CHECK_EQ(j.head.journal.first, FIRST);
    log_make(&l, boot_id, 1, ENTRIES, 1);
    must_pass(&l, &j);
}

// Whoever carries the log changes entries and their order; he has no key.
static void test_entries(void)
{
    static struct log l;
    struct journal_entry kept;
    log_usual(&l);
    memmove(&l.entries[0], &l.entries[1], (ENTRIES - 1) * sizeof l.entries[0]);
    l.count--;
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_CUT_FRONT, FIRST);

    log_usual(&l);
    l.count--;
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_CUT_END, FIRST + ENTRIES - 1);

    log_usual(&l);
    memmove(&l.entries[2], &l.entries[3], (ENTRIES - 3) * sizeof l.entries[0]);
    l.count--;
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_HOLE, FIRST + 2);

    for (size_t i = 0; i + 1 < ENTRIES; i++) { // two neighbours, the first ones too
        log_usual(&l);
        kept = l.entries[i];
        l.entries[i] = l.entries[i + 1];
        l.entries[i + 1] = kept;
        file_make(&l, device_seed);
        must_fail(&l, JOURNAL_ORDER, FIRST + i);
    }
    log_usual(&l);
    l.entries[4] = l.entries[1]; // one in the place of another, which is gone
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_ORDER, FIRST + 4);

    log_usual(&l);
    memmove(&l.entries[3], &l.entries[2], (ENTRIES - 2) * sizeof l.entries[0]);
    l.count++;
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_TWICE, FIRST + 3);

    log_usual(&l);
    l.entries[l.count++] = entry_make(FIRST + ENTRIES);
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_ADDED, FIRST + ENTRIES);

    log_usual(&l);
    l.entries[3].time = 1;
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_TIME, FIRST + 3);

    log_usual(&l);
    journal_who(&l.entries[3], "spender", 7);
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_EDITED, 0);
}

// A device that signs nonsense, and files that are none.
static void test_frame(void)
{
    static struct log l;
    log_make(&l, boot_id, 1, ENTRIES, 1);
    l.before[0] ^= 1;
    head_set(&l, device_seed);
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_START, 0);

    log_usual(&l);
    l.head.journal.count = 1;
    CHECK_EQ(sign_public(device_seed, l.head.device_key), ERR_OK);
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_ADDED, FIRST + 1);

    log_usual(&l);
    l.file[l.size++] = 0;
    must_fail(&l, JOURNAL_TRAILING, 0);
    log_usual(&l);
    l.size -= 3;
    must_fail(&l, JOURNAL_TRUNCATED, FIRST + ENTRIES - 1);
    log_usual(&l);
    l.file[0] = 0x83;
    must_fail(&l, JOURNAL_NOT_LOG, 0);
    log_usual(&l);
    l.head.type = EVIDENCE_SIGNATURE_RESULT; // of the right device, about something else
    l.head.app = l.head.app_id = l.head.text = (struct evidence_name){"x", 1};
    l.head.signature_count = 1;
    l.head.signatures[0] = (struct evidence_signature){0, (const uint8_t *)"s", 1};
    file_make(&l, device_seed);
    must_fail(&l, JOURNAL_NOT_LOG, 0);
    log_usual(&l);
    CHECK_EQ(l.file[l.size - 5], 0x1a); // 1,000,000, the last entry's count: a reserved form
    l.file[l.size - 5] = 0x1c;
    must_fail(&l, JOURNAL_ENTRY, FIRST + ENTRIES - 1);
    log_usual(&l);
    l.file[40] ^= 1;
    must_fail(&l, JOURNAL_HEAD, 0);
}

// No bit of the file, and no length of it, but the one that was written.
static void test_every_bit(void)
{
    static struct log l;
    static struct journal j;
    struct journal_check check;
    log_usual(&l);
    for (size_t size = 0; size < l.size; size++)
        CHECK(journal_verify(l.file, size, &work, &j, &check) != ERR_OK && check.fault);
    for (size_t bit = 0; bit < 8 * l.size; bit++) {
        l.file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(journal_verify(l.file, l.size, &work, &j, &check) != ERR_OK && check.fault);
        l.file[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static err_t compare(const struct log *before, struct log *now, uint64_t *lost, bool *other_boot)
{
    static struct journal b, n;
    static struct evidence_work before_work;
    struct journal_check check;
    CHECK_EQ(journal_verify(before->file, before->size, &before_work, &b, &check), ERR_OK);
    CHECK_EQ(journal_verify(now->file, now->size, &work, &n, &check), ERR_OK);
    err_t err = journal_compare(&b, &n, lost, other_boot, &check);
    CHECK_EQ(err == ERR_OK, check.fault == JOURNAL_GOOD);
    seen[check.fault] = true;
    if (err)
        CHECK(strlen(journal_sentence(check.fault)) > 20);
    return err == ERR_OK ? JOURNAL_GOOD : (err_t)check.fault;
}

// Two logs that are both good: is one what became of the other?
static void test_compare(void)
{
    static struct log a, b;
    uint64_t lost = 9;
    bool anew = true;
    log_make(&a, boot_id, 1, 4, 1);
    log_make(&b, boot_id, 3, 8, 2); // the oldest have left
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_GOOD);
    CHECK(lost == 0 && !anew);
    CHECK_EQ(compare(&b, &a, &lost, &anew), JOURNAL_OLDER);
    log_make(&b, boot_id, 5, 8, 2); // just what came after
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_GOOD);
    CHECK(lost == 0);
    log_make(&b, boot_id, 8, 9, 2);
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_GOOD);
    CHECK_EQ(lost, 3);
    log_make(&b, boot_id, 1, 4, 2); // nothing happened
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_GOOD);
    log_make(&a, boot_id, 1, 4, 2);
    log_make(&b, boot_id, 1, 5, 1); // signed earlier about more: no device does that
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_OLDER);

    log_make(&a, boot_id, 1, 4, 1);
    log_make(&b, boot_id, 1, 6, 2);
    b.entries[1].time++; // the device signed another history
    head_set(&b, device_seed);
    file_make(&b, device_seed);
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_FORKED);
    log_make(&b, boot_id, 1, 6, 2);
    head_set(&b, other_seed);
    file_make(&b, other_seed);
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_OTHER_DEVICE);
    log_make(&b, other_id, 1, 2, 2);
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_GOOD);
    CHECK(anew);
    log_make(&b, other_id, 1, 2, 1);
    CHECK_EQ(compare(&a, &b, &lost, &anew), JOURNAL_OLDER);
}

static bool entry_equal(const struct journal_entry *a, const struct journal_entry *b)
{
    bool same = a->sequence == b->sequence && a->time == b->time && a->kind == b->kind &&
                a->present == b->present && strcmp(a->who, b->who) == 0 &&
                strcmp(a->text, b->text) == 0 && memcmp(a->digest, b->digest, 32) == 0;
    for (uint32_t f = JOURNAL_CAUSE; f < JOURNAL_FIELD_COUNT && same; f++)
        same = a->number[f] == b->number[f];
    return same;
}

// The longest entry fits and comes back; the bytes of one that was changed are another entry's only
// encoding, or nobody's.
static void test_one_entry(void)
{
    struct journal_entry e = {.sequence = UINT64_MAX, .time = UINT64_MAX, .kind = JOURNAL_LOST};
    struct journal_entry back;
    uint8_t bytes[JOURNAL_ENTRY_MAX + 1], again[JOURNAL_ENTRY_MAX];
    char text[JOURNAL_TEXT_MAX + 1];
    size_t size = 0, length;
    memset(text, '~', sizeof text);
    journal_who(&e, text, sizeof text);
    journal_text(&e, text, sizeof text);
    e.present |= 1u << JOURNAL_DIGEST;
    for (uint32_t f = JOURNAL_CAUSE; f < JOURNAL_FIELD_COUNT; f++)
        journal_number(&e, f, UINT64_MAX - f);
    CHECK_EQ(strlen(e.text), JOURNAL_TEXT_MAX);
    CHECK_EQ(strlen(e.who), JOURNAL_NAME);
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_OK);
    CHECK_EQ(size, JOURNAL_ENTRY_MAX);
    CHECK_EQ(journal_entry_get(bytes, size, &back), ERR_OK);
    CHECK(entry_equal(&e, &back));
    for (size_t n = 0; n < size; n++)
        CHECK_EQ(journal_entry_get(bytes, n, &back), ERR_BAD_DATA);
    bytes[size] = 0;
    CHECK_EQ(journal_entry_get(bytes, size + 1, &back), ERR_BAD_DATA);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (journal_entry_get(bytes, size, &back) == ERR_OK) {
            CHECK_EQ(journal_entry_put(&back, again, &length), ERR_OK);
            CHECK(length == size && memcmp(again, bytes, size) == 0);
        }
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_bad_entries(void)
{
    struct journal_entry e = entry_make(3);
    uint8_t bytes[JOURNAL_ENTRY_MAX];
    size_t size;
    journal_text(&e, "a\r\nwallet\x7f\x80 b\0c", 17);
    CHECK(strcmp(e.text, "a??wallet?? b") == 0);
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_OK);
    e.text[0] = '\n';
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_BAD_ARGUMENT);
    e = entry_make(3);
    e.sequence = 0;
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_BAD_ARGUMENT);
    e = entry_make(3);
    e.kind = JOURNAL_KIND_COUNT;
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_BAD_ARGUMENT);
    e = entry_make(3);
    e.present |= 1u << JOURNAL_FIELD_COUNT;
    CHECK_EQ(journal_entry_put(&e, bytes, &size), ERR_BAD_ARGUMENT);
    for (uint32_t kind = 1; kind < JOURNAL_KIND_COUNT; kind++)
        CHECK(strcmp(journal_kind_name(kind), "unknown") != 0);
    CHECK(strcmp(journal_kind_name(0), "unknown") == 0);
}

int main(void)
{
    test_good();
    test_entries();
    test_frame();
    test_every_bit();
    test_compare();
    test_one_entry();
    test_bad_entries();
    for (uint32_t fault = 0; fault < JOURNAL_FAULT_COUNT; fault++)
        if (!CHECK(seen[fault]))
            fprintf(stderr, "    no fixture for: %s\n", journal_sentence(fault));
    CHECK(strcmp(journal_sentence(JOURNAL_FAULT_COUNT), "unknown fault") == 0);
    return unit_done();
}
