// SPDX-License-Identifier: GPL-3.0-or-later
// The store under power cuts at every write, torn sectors, flipped bits, a machine that refuses,
// and a person who guesses. Stretching is played, so that thousands of tries take no time; the real
// one has its own test (lib/crypto/stretch_test.c).
#include "crypto/hash.h"
#include "crypto/stretch.h"
#include "tests/unit.h"
#include "vault/store.h"

enum { NEVER = 1000, TEARS = 3 };

static const struct store_secret root = {
    2, 16, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
};
static const struct store_secret other = {
    1, 32, {0xee, 7}
};

static unsigned stretched; // PINs that were really tried

err_t stretch_secret(const struct stretch *cost, const void *secret, size_t size, const void *salt,
                     size_t salt_size, void *memory, size_t memory_size, uint8_t out[static 32])
{
    struct hash hash;
    (void)memory;
    CHECK(cost->kib <= memory_size / 1024);
    stretched++;
    hash_init(&hash);
    hash_update(&hash, cost, sizeof *cost);
    hash_update(&hash, salt, salt_size);
    hash_update(&hash, secret, size);
    hash_final(&hash, out);
    return ERR_OK;
}

// ---- a medium that loses power

static struct {
    uint8_t sectors[STORE_SECTORS][STORE_SECTOR];
    unsigned writes; // since the machine was switched on
    unsigned cut;    // this write, counted from 0, is the last thing that happens
    unsigned tear;   // how much of it arrives: 0 nothing, 1 half, 2 half and noise
    bool off;
} disk;

static err_t disk_read(uint32_t sector, uint8_t out[STORE_SECTOR])
{
    if (disk.off)
        return ERR_DEVICE;
    memcpy(out, disk.sectors[sector], STORE_SECTOR);
    return ERR_OK;
}

static err_t disk_write(uint32_t sector, const uint8_t in[STORE_SECTOR])
{
    if (disk.off)
        return ERR_DEVICE;
    if (disk.writes++ != disk.cut) {
        memcpy(disk.sectors[sector], in, STORE_SECTOR);
        return ERR_OK;
    }
    disk.off = true;
    if (disk.tear > 0)
        memcpy(disk.sectors[sector], in, STORE_SECTOR / 2);
    if (disk.tear > 1)
        memset(disk.sectors[sector] + STORE_SECTOR / 2, 0x5a, 16);
    return ERR_DEVICE;
}

static const struct medium medium = {disk_read, disk_write};

static struct store power_on(const struct machine *machine)
{
    struct store s;
    disk.off = false;
    disk.writes = 0;
    disk.cut = NEVER;
    CHECK_EQ(store_begin(&s, &medium, machine), ERR_OK);
    return s;
}

static void disk_clear(void)
{
    memset(&disk, 0, sizeof disk);
    disk.cut = NEVER;
}

// ---- a machine that keeps the other half

static struct {
    err_t answer; // 0: it works
    uint8_t half[STORE_HALF], auth[STORE_HALF];
} tpm;

static err_t tpm_close(const uint8_t half[STORE_HALF], const uint8_t auth[STORE_HALF],
                       uint8_t blob[STORE_BLOB_MAX], size_t *size)
{
    memcpy(tpm.half, half, STORE_HALF);
    memcpy(tpm.auth, auth, STORE_HALF);
    memset(blob, 0xb1, 100);
    *size = 100;
    return tpm.answer;
}

static err_t tpm_open(const uint8_t *blob, size_t size, const uint8_t auth[STORE_HALF],
                      uint8_t half[STORE_HALF])
{
    CHECK_EQ(size, 100);
    CHECK_EQ(blob[99], 0xb1);
    if (tpm.answer)
        return tpm.answer;
    if (memcmp(auth, tpm.auth, STORE_HALF) != 0)
        return ERR_DENIED;
    memcpy(half, tpm.half, STORE_HALF);
    return ERR_OK;
}

static const struct machine machine = {tpm_close, tpm_open};

// ---- doing things

static uint8_t drawn;

static err_t keep(struct store *s, const struct store_secret *secret, const char *pin)
{
    struct store_random random;
    memset(&random, ++drawn, sizeof random);
    return store_keep(s, secret, (const uint8_t *)pin, strlen(pin), &random);
}

static enum store_verdict try(struct store *s, const char *pin, struct store_secret *secret)
{
    enum store_verdict verdict = 0;
    uint32_t left = 99;
    memset(secret, 0, sizeof *secret);
    err_t err = store_open(s, (const uint8_t *)pin, strlen(pin), secret, &verdict, &left);
    if (err || verdict != STORE_RIGHT) { // no byte of it is out
        static const struct store_secret nothing;
        CHECK_EQ(memcmp(secret, &nothing, sizeof nothing), 0);
    }
    return err ? 0 : verdict;
}

static bool opens(struct store *s, const char *pin, const struct store_secret *want)
{
    struct store_secret got;
    return try(s, pin, &got) == STORE_RIGHT && got.size == want->size &&
           got.network == want->network && memcmp(got.entropy, want->entropy, want->size) == 0;
}

static bool disk_holds(const uint8_t *bytes, size_t size)
{
    const uint8_t *all = disk.sectors[0];
    for (size_t at = 0; at + size <= sizeof disk.sectors; at++)
        if (memcmp(all + at, bytes, size) == 0)
            return true;
    return false;
}

static void ordinary(void)
{
    disk_clear();
    struct store s = power_on(NULL);
    struct store_secret got;
    CHECK_EQ(s.state, STORE_EMPTY);
    CHECK_EQ(try(&s, "271828", &got), 0);
    CHECK_EQ(keep(&s, &root, "271828"), ERR_OK);
    s = power_on(NULL);
    CHECK_EQ(s.state, STORE_LOCKED);
    CHECK_EQ(s.protection, STORE_PIN);
    CHECK_EQ(try(&s, "271829", &got), STORE_WRONG);
    CHECK_EQ(got.size, 0);
    CHECK_EQ(s.tries, 1);
    CHECK(opens(&s, "271828", &root));
    CHECK_EQ(s.tries, 0);
    CHECK(!disk_holds(root.entropy, root.size));
    CHECK_EQ(keep(&s, &root, "3141592653"), ERR_OK);
    CHECK_EQ(try(&s, "271828", &got), STORE_WRONG);
    s = power_on(NULL);
    CHECK(opens(&s, "3141592653", &root));
    CHECK_EQ(store_wipe(&s), ERR_OK);
    CHECK_EQ(s.state, STORE_EMPTY);
    s = power_on(NULL);
    CHECK_EQ(s.state, STORE_EMPTY);
}

static void pins(void)
{
    static const char *const bad[] = {"",       "12345",  "1234567890123", "12a456",
                                      "777777", "123456", "987654",        "0000000"};
    static const char *const good[] = {"271828", "112233", "123457", "314159265358"};
    disk_clear();
    struct store s = power_on(NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_EQ(keep(&s, &root, bad[i]), ERR_BAD_ARGUMENT);
    CHECK_EQ(s.state, STORE_EMPTY);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(store_pin_good((const uint8_t *)good[i], strlen(good[i])));
}

// The last wrong PIN wipes, and each costs a try, whatever its form.
static void limit(void)
{
    struct store_secret got;
    disk_clear();
    struct store s = power_on(NULL);
    CHECK_EQ(keep(&s, &root, "271828"), ERR_OK);
    for (unsigned i = 1; i < STORE_TRIES; i++) {
        CHECK_EQ(try(&s, i % 2 ? "999999" : "12345678901234567890", &got), STORE_WRONG);
        s = power_on(NULL);
        CHECK_EQ(s.tries, i);
    }
    CHECK_EQ(try(&s, "271829", &got), STORE_WIPED);
    CHECK_EQ(s.state, STORE_EMPTY);
    s = power_on(NULL);
    CHECK_EQ(s.state, STORE_EMPTY);
    CHECK_EQ(try(&s, "271828", &got), 0);
}

static void with_machine(void)
{
    static const struct {
        err_t answer;
        enum store_verdict verdict;
    } refusals[] = {
        {ERR_REFUSED,  STORE_OTHER_SYSTEM },
        {ERR_BUSY,     STORE_LOCKED_OUT   },
        {ERR_BAD_DATA, STORE_OTHER_MACHINE}
    };
    struct store_secret got;
    disk_clear();
    memset(&tpm, 0, sizeof tpm);
    struct store s = power_on(&machine);
    CHECK_EQ(keep(&s, &root, "271828"), ERR_OK);
    CHECK_EQ(s.protection, STORE_PIN_AND_MACHINE);
    CHECK(!disk_holds(tpm.half, sizeof tpm.half));
    CHECK(!disk_holds(tpm.auth, sizeof tpm.auth));
    CHECK_EQ(try(&s, "271829", &got), STORE_WRONG);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        tpm.answer = refusals[i].answer;
        CHECK_EQ(try(&s, "271828", &got), refusals[i].verdict);
        CHECK_EQ(s.tries, 1);
    }
    tpm.answer = ERR_OK;
    s = power_on(NULL); // the medium alone, without its machine
    CHECK_EQ(try(&s, "271828", &got), STORE_OTHER_MACHINE);
    s = power_on(&machine);
    tpm.half[0] ^= 1; // a machine that gives another half
    CHECK_EQ(try(&s, "271828", &got), STORE_WRONG);
    tpm.half[0] ^= 1;
    CHECK(opens(&s, "271828", &root));
}

// ---- cuts: `act` is done with a cut at each of its writes, torn in each way

static struct store begun; // what act works on

static unsigned act_writes(void (*act)(void))
{
    disk.cut = NEVER;
    disk.writes = 0;
    act();
    return disk.writes;
}

static void cut_everywhere(void (*prepare)(void), void (*act)(void), void (*judge)(bool finished))
{
    prepare();
    const unsigned count = act_writes(act);
    CHECK(count > 0);
    judge(true);
    for (unsigned cut = 0; cut < count; cut++)
        for (unsigned tear = 0; tear < TEARS; tear++) {
            prepare();
            disk.writes = 0;
            disk.cut = cut;
            disk.tear = tear;
            act();
            CHECK(disk.off);
            judge(false);
        }
}

static void prepare_empty(void)
{
    disk_clear();
    begun = power_on(NULL);
}

static void prepare_kept(void)
{
    prepare_empty();
    CHECK_EQ(keep(&begun, &root, "271828"), ERR_OK);
}

static void prepare_one_left(void)
{
    struct store_secret got;
    prepare_kept();
    for (unsigned i = 1; i < STORE_TRIES; i++)
        CHECK_EQ(try(&begun, "999999", &got), STORE_WRONG);
}

static void act_keep(void)
{
    CHECK_EQ(keep(&begun, &root, "271828"), disk.cut == NEVER ? ERR_OK : ERR_DEVICE);
}

static void act_change(void)
{
    CHECK_EQ(keep(&begun, &other, "314159"), disk.cut == NEVER ? ERR_OK : ERR_DEVICE);
}

static void act_wrong(void)
{
    struct store_secret got;
    stretched = 0;
    (void)try(&begun, "999999", &got);
}

static void act_right(void)
{
    struct store_secret got;
    stretched = 0;
    (void)try(&begun, "271828", &got);
}

static void act_wipe(void)
{
    CHECK_EQ(store_wipe(&begun), disk.cut == NEVER ? ERR_OK : ERR_DEVICE);
}

// Kept as a whole, or not promised.
static void judge_keep(bool finished)
{
    struct store s = power_on(NULL);
    CHECK(finished ? s.state == STORE_LOCKED : true);
    if (s.state == STORE_LOCKED) {
        CHECK(opens(&s, "271828", &root));
        return;
    }
    if (s.state == STORE_DAMAGED) {
        CHECK_EQ(keep(&s, &other, "314159"), ERR_BAD_STATE);
        CHECK_EQ(store_wipe(&s), ERR_OK);
    }
    CHECK_EQ(keep(&s, &other, "314159"), ERR_OK); // and one can begin anew
}

// How many of the two records are not overwritten.
static unsigned records_left(void)
{
    static const uint8_t nothing[STORE_SECTOR];
    unsigned left = 0;
    for (unsigned slot = 0; slot < 2; slot++)
        left += memcmp(disk.sectors[2 * slot], nothing, STORE_SECTOR) != 0 ||
                memcmp(disk.sectors[2 * slot + 1], nothing, STORE_SECTOR) != 0;
    return left;
}

// One of the two, whole, and only one (S1, S3): of the other nothing is left to guess at.
static void judge_change(bool finished)
{
    if (finished)
        CHECK_EQ(records_left(), 1);
    struct store s = power_on(NULL);
    CHECK_EQ(records_left(), 1);
    CHECK_EQ(s.state, STORE_LOCKED);
    const bool new = opens(&s, "314159", &other);
    CHECK(new || !finished);
    CHECK(new != opens(&s, "271828", &root));
    s = power_on(NULL);
    CHECK(new ? opens(&s, "314159", &other) : opens(&s, "271828", &root));
}

// What was tried is counted, cut or not (S2).
static void judge_wrong(bool finished)
{
    (void)finished;
    struct store s = power_on(NULL);
    CHECK(s.tries >= stretched);
    CHECK(opens(&s, "271828", &root));
}

static void judge_right(bool finished)
{
    struct store s = power_on(NULL);
    CHECK_EQ(s.tries, finished ? 0 : s.tries & 1);
    CHECK(opens(&s, "271828", &root));
}

static void judge_last(bool finished)
{
    struct store s = power_on(NULL);
    if (finished || stretched > 0)
        CHECK_EQ(s.state, STORE_EMPTY);
    else if (s.state == STORE_LOCKED) // the counter was not written, and nothing was tried
        CHECK_EQ(s.tries, STORE_TRIES - 1);
    struct store_secret got;
    CHECK(s.state == STORE_LOCKED || try(&s, "271828", &got) == 0);
}

static void judge_wipe(bool finished)
{
    struct store s = power_on(NULL);
    CHECK(s.state == STORE_EMPTY || (s.state == STORE_LOCKED && !finished));
    if (s.state == STORE_LOCKED) // it had not begun
        CHECK(opens(&s, "271828", &root));
    CHECK_EQ(keep(&s, &other, "314159"), ERR_OK);
    CHECK(opens(&s, "314159", &other));
}

static void cuts(void)
{
    cut_everywhere(prepare_empty, act_keep, judge_keep);
    cut_everywhere(prepare_kept, act_change, judge_change);
    cut_everywhere(prepare_kept, act_wrong, judge_wrong);
    cut_everywhere(prepare_kept, act_right, judge_right);
    cut_everywhere(prepare_one_left, act_wrong, judge_last);
    cut_everywhere(prepare_kept, act_wipe, judge_wipe);
}

// Somebody cuts the power at the best moment, again and again: still at most STORE_TRIES PINs.
static void guessing(void)
{
    for (unsigned cut = 0; cut < 3; cut++)
        for (unsigned tear = 0; tear < TEARS; tear++) {
            struct store_secret got;
            prepare_kept();
            stretched = 0;
            for (unsigned i = 0; i < 4 * STORE_TRIES; i++) {
                struct store s = power_on(NULL);
                disk.cut = cut;
                disk.tear = tear;
                (void)try(&s, "999999", &got);
            }
            CHECK(stretched <= STORE_TRIES);
        }
}

// A flipped bit never opens anything else than what was kept.
static void flips(void)
{
    static uint8_t kept[sizeof disk.sectors];
    prepare_kept();
    memcpy(kept, disk.sectors, sizeof kept);
    for (size_t bit = 0; bit < sizeof kept * 8; bit += 7) {
        struct store_secret got;
        uint8_t *byte = &disk.sectors[bit / 8 / STORE_SECTOR][bit / 8 % STORE_SECTOR];
        memcpy(disk.sectors, kept, sizeof kept);
        *byte = (uint8_t)(*byte ^ 1u << bit % 8);
        struct store s = power_on(NULL);
        enum store_verdict verdict = try(&s, "271828", &got);
        CHECK(verdict == STORE_RIGHT ? memcmp(&got, &root, sizeof root) == 0 : got.size == 0);
        CHECK(verdict == STORE_RIGHT || s.state != STORE_EMPTY);
    }
}

// Whoever writes to the medium can make the checksum right again; not what is closed with the key.
static void rewritten(void)
{
    enum { NETWORK = 16, RECORD = 2 * STORE_SECTOR, CHECK_AT = RECORD - HASH_SIZE };
    struct store_secret got;
    uint8_t record[RECORD];
    prepare_kept();
    const uint32_t slot = power_on(NULL).slot;
    memcpy(record, disk.sectors[2 * slot], RECORD);
    record[NETWORK] = 1;
    hash_bytes(record, CHECK_AT, record + CHECK_AT);
    memcpy(disk.sectors[2 * slot], record, RECORD);
    struct store s = power_on(NULL);
    CHECK_EQ(s.state, STORE_LOCKED);
    CHECK_EQ(try(&s, "271828", &got), STORE_WRONG);
}

// Somebody wrote the highest number into the counter, and into the record: tries are counted all
// the same, and a changed PIN is the one that counts.
static void at_the_top(void)
{
    enum { RECORD = 2 * STORE_SECTOR };
    const uint64_t top = UINT64_MAX;
    struct store_secret got;
    prepare_kept();
    struct store s = power_on(NULL);
    uint8_t *counter = disk.sectors[4 + s.counter_slot], *record = disk.sectors[2 * s.slot];
    memcpy(counter + 8, &top, sizeof top);
    hash_bytes(counter, STORE_SECTOR - HASH_SIZE, counter + STORE_SECTOR - HASH_SIZE);
    memcpy(record + 8, &top, sizeof top);
    hash_bytes(record, RECORD - HASH_SIZE, record + RECORD - HASH_SIZE);
    for (uint32_t tries = 1; tries < 4; tries++) {
        s = power_on(NULL);
        CHECK_EQ(try(&s, "314159", &got), STORE_WRONG);
        s = power_on(NULL);
        CHECK_EQ(s.tries, tries);
    }
    CHECK_EQ(keep(&s, &other, "141421"), ERR_OK);
    s = power_on(NULL);
    CHECK_EQ(try(&s, "141421", &got), STORE_RIGHT);
}

static void without_medium(void)
{
    struct store s;
    struct store_secret got;
    CHECK_EQ(store_begin(&s, NULL, NULL), ERR_OK);
    CHECK_EQ(s.state, STORE_NONE);
    CHECK_EQ(keep(&s, &root, "271828"), ERR_BAD_STATE);
    CHECK_EQ(try(&s, "271828", &got), 0);
    CHECK_EQ(store_wipe(&s), ERR_BAD_STATE);
    disk_clear();
    disk.off = true;
    CHECK_EQ(store_begin(&s, &medium, NULL), ERR_DEVICE);
    CHECK_EQ(s.state, STORE_NONE);
}

int main(void)
{
    ordinary();
    pins();
    limit();
    with_machine();
    cuts();
    guessing();
    flips();
    rewritten();
    at_the_top();
    without_medium();
    return unit_done();
}
