// SPDX-License-Identifier: GPL-3.0-or-later
// The boot decision, simulated: every combination of what the loader can be given and find, each
// with exactly one outcome, compared with a table of rules that was written apart from the code.
// There are no slots: one bundle, started or not. Signatures are made and checked for real, each
// distinct check once (the linker's --wrap), for a million combinations repeat the same few.
#include "core/verify.h"
#include "crypto/hash.h"
#include "crypto/mldsa.h"
#include "format/bundle_sample.h"
#include "tests/unit.h"

#include <stdbool.h>

// One dimension each: its name and how many ways it can be. 0 is the way of a good bundle.
#define DIMENSIONS(X)                                                                              \
    X(shape, 3)   /* good, another magic, another architecture */                                  \
    X(format, 3)  /* 2, 1, 3 */                                                                    \
    X(signer, 3)  /* ours, a stranger by name, a stranger who names us */                          \
    X(first, 3)   /* Ed25519: good, damaged, removed */                                            \
    X(second, 3)  /* ML-DSA: good, damaged, removed */                                             \
    X(padding, 2) /* zero, not */                                                                  \
    X(fields, 4)  /* good; signed nonsense: flags, name, counts */                                 \
    X(size, 4)    /* exact, a page short, a byte long, hardly a header */                          \
    X(entry, 4)   /* UEFI both, direct both, UEFI with a direct bundle, direct with a UEFI one */  \
    X(lowest, 3)  /* the loader's lowest index: below, equal, above the bundle's */                \
    X(counter, 7) /* absent, below, equal, above, another shape, unreadable, unasked */            \
    X(root, 2)    /* the payload is the signed one, is not */                                      \
    X(table, 2)   /* entries good, signed nonsense */

struct world {
#define X(name, ways) unsigned name;
    DIMENSIONS(X)
#undef X
};

enum { CHECKS_MAX = 1024, MESSAGES = 2 * 2 * 4 * 2 * 3, INDEX = SAMPLE_ROLLBACK };

static const uint8_t STRANGER[HYBRID_SECRET_SIZE] = {9};

static struct sample samples[2]; // by table
static uint8_t stranger_key[HYBRID_PUBLIC_SIZE];

// --- each distinct check of a signature once
// ---------------------------------------------------------

static struct {
    uint8_t what[HASH_SIZE];
    err_t answer;
} checks[CHECKS_MAX];
static unsigned check_count;

err_t __real_sign_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __wrap_sign_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __real_mldsa_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __wrap_mldsa_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);

static err_t check_once(err_t (*check)(const uint8_t *, const void *, size_t, const uint8_t *),
                        const uint8_t *key, size_t key_size, const void *data, size_t size,
                        const uint8_t *sig, size_t sig_size)
{
    struct hash hash;
    uint8_t what[HASH_SIZE];
    unsigned i = 0;
    hash_init(&hash);
    hash_update(&hash, key, key_size);
    hash_update(&hash, data, size);
    hash_update(&hash, sig, sig_size);
    hash_final(&hash, what);
    while (i < check_count && memcmp(checks[i].what, what, sizeof what) != 0)
        i++;
    if (i == check_count) {
        if (check_count == CHECKS_MAX)
            abort();
        memcpy(checks[i].what, what, sizeof what);
        checks[i].answer = check(key, data, size, sig);
        check_count++;
    }
    return checks[i].answer;
}

err_t __wrap_sign_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    return check_once(__real_sign_check, key, 32, data, size, sig, BUNDLE_SIGNATURE);
}

err_t __wrap_mldsa_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    return check_once(__real_mldsa_check, key, MLDSA_PUBLIC_SIZE, data, size, sig, MLDSA_SIZE);
}

// Each distinct header is signed once by each.
static void header_sign(struct bundle_header *header, const uint8_t *secret, bool stranger)
{
    static struct {
        uint8_t what[HASH_SIZE], signature[HYBRID_SIZE];
    } made[4 * MESSAGES];
    static unsigned count;
    uint8_t message[BUNDLE_MESSAGE], what[HASH_SIZE];
    unsigned i = 0;
    bundle_message(header, message);
    hash_bytes(message, sizeof message, what);
    what[0] = (uint8_t)((what[0] & ~1) | stranger);
    while (i < count && memcmp(made[i].what, what, sizeof what) != 0)
        i++;
    if (i == count) {
        if (count == sizeof made / sizeof made[0] ||
            hybrid_make(secret, message, sizeof message, made[i].signature) != ERR_OK)
            abort();
        memcpy(made[i].what, what, sizeof what);
        count++;
    }
    memcpy(header->signature, made[i].signature, HYBRID_SIZE);
}

// --- the table of rules: the first that applies is the outcome
// ----------------------------------------

struct rule {
    bool (*applies)(const struct world *w);
    enum boot_stop stop;
};

#define RULE(name, condition)                                                                      \
    static bool rule_##name(const struct world *w)                                                 \
    {                                                                                              \
        return condition;                                                                          \
    }
RULE(hardly_any, w->size == 3)
RULE(magic, w->shape == 1)
RULE(old_format, w->format == 1)
RULE(other_format, w->format > 1)
RULE(other_machine, w->shape == 2)
RULE(stranger, w->signer == 1)
RULE(first, w->first != 0 || w->signer == 2)
RULE(second, w->second != 0)
RULE(padding, w->padding != 0)
RULE(name, w->fields == 2)
RULE(flags, w->fields == 1)
RULE(counts, w->fields == 3)
RULE(cut, w->size == 1)
RULE(long, w->size == 2)
RULE(uefi_only, w->entry == 3)
RULE(direct_only, w->entry == 2)
RULE(too_old, w->lowest == 2)
RULE(rolled_back, w->counter == 3)
RULE(other_shape, w->counter == 4)
RULE(unreadable, w->counter >= 5)
RULE(content, w->root != 0)
RULE(nonsense, w->table != 0)
#undef RULE

static const struct rule rules[] = {
    {rule_hardly_any,    BOOT_STOP_BUNDLE_SHORT },
    {rule_magic,         BOOT_STOP_MAGIC        },
    {rule_old_format,    BOOT_STOP_FORMAT_OLD   },
    {rule_other_format,  BOOT_STOP_FORMAT       },
    {rule_other_machine, BOOT_STOP_ARCH         },
    {rule_stranger,      BOOT_STOP_SIGNER       },
    {rule_first,         BOOT_STOP_SIGNATURE    },
    {rule_second,        BOOT_STOP_SIGNATURE_2  },
    {rule_padding,       BOOT_STOP_HEADER_ZERO  },
    {rule_name,          BOOT_STOP_HEADER_NAME  },
    {rule_flags,         BOOT_STOP_HEADER_FLAGS },
    {rule_counts,        BOOT_STOP_HEADER_COUNTS},
    {rule_cut,           BOOT_STOP_BUNDLE_SHORT },
    {rule_long,          BOOT_STOP_BUNDLE_LONG  },
    {rule_uefi_only,     BOOT_STOP_NOT_DIRECT   },
    {rule_direct_only,   BOOT_STOP_ONLY_DIRECT  },
    {rule_too_old,       BOOT_STOP_ROLLBACK     },
    {rule_rolled_back,   BOOT_STOP_COUNTER      },
    {rule_other_shape,   BOOT_STOP_COUNTER_SHAPE},
    {rule_unreadable,    BOOT_STOP_COUNTER_READ },
    {rule_content,       BOOT_STOP_ROOT         },
    {rule_nonsense,      BOOT_STOP_ENTRY_NAME   },
};

enum { RULES = sizeof rules / sizeof rules[0] };

static bool reached[BOOT_STOP_COUNT + 1]; // the last: started

static enum boot_stop outcome_of(const struct world *w)
{
    for (unsigned i = 0; i < RULES; i++)
        if (rules[i].applies(w))
            return rules[i].stop;
    return BOOT_CLEAR;
}

// --- a world
// -----------------------------------------------------------------------------------------

static void signatures_set(const struct world *w, struct bundle_header *header)
{
    const bool stranger = w->signer != 0;
    header_sign(header, stranger ? STRANGER : SAMPLE_SECRET, stranger);
    if (w->first == 1)
        header->signature[3] ^= 0x20;
    else if (w->first == 2)
        memset(header->signature, 0, BUNDLE_SIGNATURE);
    if (w->second == 1)
        header->signature[BUNDLE_SIGNATURE + 1234] ^= 0x20;
    else if (w->second == 2)
        memset(header->signature + BUNDLE_SIGNATURE, 0, BUNDLE_SIGNATURE_2);
}

static void header_set(const struct world *w, const struct sample *sample,
                       const struct bundle_header *good)
{
    static const uint32_t formats[] = {BUNDLE_FORMAT, BUNDLE_FORMAT_OLD, BUNDLE_FORMAT + 1};
    struct bundle_header *header = sample->header;
    *header = *good;
    if (w->entry == 1 || w->entry == 2)
        header->flags = BUNDLE_DIRECT;
    if (w->fields == 1)
        header->flags |= 4;
    else if (w->fields == 2)
        header->profile[0] = 0;
    else if (w->fields == 3)
        header->entry_count = 0;
    if (w->signer == 1)
        hybrid_id(stranger_key, header->signer);
    signatures_set(w, header); // what follows is changed by somebody who cannot sign
    header->format = formats[w->format];
    if (w->shape == 1)
        header->magic ^= 1;
    else if (w->shape == 2)
        header->arch = 2;
    if (w->padding != 0)
        header->zero[0] = 1;
}

static struct verify_rules rules_of(const struct world *w)
{
    static const struct counter counters[] = {
        {COUNTER_ABSENT,        0        },
        {COUNTER_KNOWN,         INDEX - 1},
        {COUNTER_KNOWN,         INDEX    },
        {COUNTER_KNOWN,         INDEX + 1},
        {COUNTER_SHAPE,         0        },
        {COUNTER_BROKEN,        0        },
        {(enum counter_state)0, 0        },
    };
    return (struct verify_rules){.key = samples[0].key,
                                 .rollback_index_min = INDEX - 1 + w->lowest,
                                 .counter = counters[w->counter],
                                 .entry = w->entry == 1 || w->entry == 3 ? BOOT_DIRECT : BOOT_UEFI};
}

static void world_try(const struct world *w, const struct bundle_header good[2])
{
    const struct sample *sample = &samples[w->table];
    const uint64_t sizes[] = {sample->size, sample->size - PAGE_SIZE, sample->size + 1,
                              BUNDLE_HEADER_SIZE};
    const struct verify_rules rules_now = rules_of(w);
    const enum boot_stop wanted = outcome_of(w);
    struct verified verified;
    uint64_t proof = BOOT_VERIFIED;
    header_set(w, sample, &good[w->table]);
    sample->bytes[sample->size - PAGE_SIZE] ^= (uint8_t)w->root;
    enum boot_stop stop =
        verify_bundle(&rules_now, sample->bytes, sizes[w->size], &verified, &proof);
    sample->bytes[sample->size - PAGE_SIZE] ^= (uint8_t)w->root;
    reached[stop == BOOT_CLEAR ? BOOT_STOP_COUNT : stop] = true;
    CHECK((stop == BOOT_CLEAR) == (proof == BOOT_VERIFIED));
    if (!CHECK(stop == wanted)) {
        fprintf(stderr, "    %s, but the rules say: %s\n    in", boot_stop_wrong(stop),
                boot_stop_wrong(wanted));
#define X(name, ways) fprintf(stderr, " " #name " %u", w->name);
        DIMENSIONS(X)
#undef X
        fprintf(stderr, "\n");
    }
}

static unsigned long worlds_try(void)
{
    const struct bundle_header good[2] = {*samples[0].header, *samples[1].header};
    unsigned long count = 0;
    struct world w = {0};
    for (bool more = true; more; count++) {
        world_try(&w, good);
        more = false; // the next combination, like an odometer
#define X(name, ways)                                                                              \
    if (!more && ++w.name < (ways))                                                                \
        more = true;                                                                               \
    else if (!more)                                                                                \
        w.name = 0;
        DIMENSIONS(X)
#undef X
    }
    return count;
}

// --- every reason is reached, here or by the test that is named
// ---------------------------------------

// In unit bundle and boot_image, by signed nonsense in the entry table.
static const enum boot_stop entries[] = {
    BOOT_STOP_ENTRY_TWICE, BOOT_STOP_ENTRY_KIND,  BOOT_STOP_ENTRY_TREE, BOOT_STOP_ENTRY_RANGE,
    BOOT_STOP_ENTRY_IMAGE, BOOT_STOP_ENTRY_RELOC, BOOT_STOP_RELOC,      BOOT_STOP_PAYLOAD_ZERO,
    BOOT_STOP_NO_KERNEL,   BOOT_STOP_NO_STEWARD};

// In the unit tests of boot/core and system boot_*: before or after the decision. GLITCH: in none,
// for it says that a check was skipped.
static const enum boot_stop machine[] = {BOOT_STOP_BUNDLE_MISSING,
                                         BOOT_STOP_BUNDLE_PLACE,
                                         BOOT_STOP_PROCESSOR,
                                         BOOT_STOP_LEVELS,
                                         BOOT_STOP_PVH,
                                         BOOT_STOP_NO_SEED,
                                         BOOT_STOP_NO_ROOM,
                                         BOOT_STOP_NO_TABLES,
                                         BOOT_STOP_NO_APIC,
                                         BOOT_STOP_APIC_PLACE,
                                         BOOT_STOP_CLOCK,
                                         BOOT_STOP_FAULT,
                                         BOOT_STOP_STACK,
                                         BOOT_STOP_FIRMWARE,
                                         BOOT_STOP_FIRMWARE_MAP,
                                         BOOT_STOP_TPM,
                                         BOOT_STOP_GLITCH};

static bool listed(const enum boot_stop *list, size_t size, unsigned stop)
{
    for (size_t i = 0; i < size / sizeof *list; i++)
        if (list[i] == stop)
            return true;
    return false;
}

static void reasons_check(void)
{
    CHECK(reached[BOOT_STOP_COUNT]);
    for (unsigned stop = BOOT_STOP_NONE + 1; stop < BOOT_STOP_COUNT; stop++) {
        const bool named =
            listed(entries, sizeof entries, stop) || listed(machine, sizeof machine, stop);
        if (!CHECK(reached[stop] != named))
            fprintf(stderr, "    %s: %s\n", boot_stop_wrong((enum boot_stop)stop),
                    named ? "reached, although it is said to be elsewhere" : "never reached");
    }
}

int main(void)
{
    samples[0] = sample_make(0);
    samples[1] = sample_make(0);
    sample_entry(&samples[1], SAMPLE_CELL)->name[0] = 0;
    sample_sign(&samples[1]); // for the root
    if (hybrid_public(STRANGER, stranger_key) != ERR_OK)
        abort();
    const unsigned long count = worlds_try();
    reasons_check();
    printf("%lu combinations, %u signatures checked, ", count, check_count);
    free(samples[0].bytes);
    free(samples[1].bytes);
    return unit_done();
}
