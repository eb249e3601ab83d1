// SPDX-License-Identifier: GPL-3.0-or-later
// cella chain new, rotate, recover: what changes keys.
#include "chain.h"
#include "crypto/wipe.h"
#include "files.h"
#include "report.h"
#include "shown.h"

#include <stdio.h>
#include <stdlib.h>

static void id_print(const char *what, const uint8_t id[CHAIN_HASH])
{
    printf("%s", what);
    for (size_t i = 0; i < CHAIN_HASH; i++)
        printf("%02x", id[i]);
    printf("\n");
}

int chain_part_new(int argc, char **argv)
{
    const char *when = NULL;
    const struct option_rule rules[] = {
        {"--time", &when, NULL},
        {0   }
    };
    struct operands operands;
    struct chain_folder f;
    uint64_t time;
    if (!chain_options(argc, argv, rules, "new", 1, 1, &operands) ||
        !chain_time_read(when, &time) || !chain_folder_new(&f, operands.at[0], time))
        return EXIT_UNABLE;
    id_print("publisher ", f.chain.id);
    printf("%s/chain (give it to everybody), chain.key (keep it secret),\n"
           "recovery.key (move it to where no thief of the other key can find it)\n",
           shown(f.path));
    chain_folder_close(&f);
    return EXIT_GOOD;
}

int chain_part_rotate(int argc, char **argv)
{
    const char *when = NULL;
    const struct option_rule rules[] = {
        {"--time", &when, NULL},
        {0   }
    };
    struct operands operands;
    struct chain_folder f;
    struct chain_draft draft = {.operation = CHAIN_CLAIM, .name = ""};
    if (!chain_options(argc, argv, rules, "rotate", 1, 1, &operands) ||
        !chain_time_read(when, &draft.time) || !chain_folder_open(&f, operands.at[0], true))
        return EXIT_UNABLE;
    const bool good = chain_folder_rekey(&f, f.chain.count, &draft, NULL);
    if (good)
        printf("entry %u: from the next one on, a new key signs\n", f.chain.count - 1);
    chain_folder_close(&f);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}

struct recovery {
    const char *key, *keep, *chain, *when;
    struct operands operands;
    struct chain_draft draft;
    unsigned count; // entries that are kept
};

static bool recovery_read(int argc, char **argv, struct recovery *r)
{
    const struct option_rule rules[] = {
        {"--recovery", &r->key, NULL},
        {"--keep",        &r->keep, NULL},
        {"--chain",     &r->chain, NULL},
        {"--time",        &r->when, NULL},
        {0   }
    };
    return chain_options(argc, argv, rules, "recover", 1, 1, &r->operands) &&
           chain_time_read(r->when, &r->draft.time) &&
           (!r->keep || option_number("--keep", r->keep, CHAIN_ENTRIES, &r->count));
}

// The key must be the one to which the last entry that is kept is committed: said before new keys
// are made.
static bool recovery_fits(const struct chain_folder *f, uint32_t keep,
                          const uint8_t secret[static HYBRID_SECRET_SIZE])
{
    uint8_t public_key[HYBRID_PUBLIC_SIZE], commitment[CHAIN_HASH];
    struct chain_entry last;
    if (keep == 0 || keep > f->chain.count ||
        chain_entry_at(&f->chain, keep - 1, &last) != ERR_OK) {
        report_error("the chain has %u entries - keep at least the first one, and no more than "
                     "there are",
                     f->chain.count);
        return false;
    }
    if (hybrid_public(secret, public_key) != ERR_OK)
        return false;
    chain_commit_recovery(public_key, commitment);
    if (memcmp(commitment, last.recovery, CHAIN_HASH) == 0)
        return true;
    report_error("this is not the chain's recovery key - name its file with --recovery");
    return false;
}

int chain_part_recover(int argc, char **argv)
{
    struct recovery r = {
        .draft = {.operation = CHAIN_CLAIM, .name = ""}
    };
    uint8_t secret[HYBRID_SECRET_SIZE];
    struct chain_folder f;
    char path[PATH_MAX];
    if (!recovery_read(argc, argv, &r) ||
        !chain_folder_open(&f, r.chain ? r.chain : r.operands.at[0], false))
        return EXIT_UNABLE;
    snprintf(f.path, sizeof f.path, "%s", r.operands.at[0]); // where keys and chain are put
    const uint32_t keep = r.keep ? r.count : f.chain.count;
    const uint32_t void_count = f.chain.count - (keep < f.chain.count ? keep : f.chain.count);
    chain_folder_file(&f, "recovery.key", path);
    const bool good = chain_secret_read(r.key ? r.key : path, secret) &&
                      recovery_fits(&f, keep, secret) &&
                      chain_folder_rekey(&f, keep, &r.draft, secret);
    wipe(secret, sizeof secret);
    if (good)
        printf("entry %u: the chain is yours again; %u of its entries are void\n"
               "new chain.key and recovery.key in %s: move the latter away, publish the chain\n",
               f.chain.count - 1, void_count, shown(f.path));
    chain_folder_close(&f);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
