// SPDX-License-Identifier: GPL-3.0-or-later
// cella chain register, write, append, transfer, claim, revoke: what is said about registers.
#include "chain.h"
#include "hex.h"
#include "report.h"

#include <stdio.h>

// Open the folder, say it, tell the number.
static int say(const char *folder, const char *when, struct chain_draft *draft)
{
    struct chain_folder f;
    if (!chain_time_read(when, &draft->time) || !chain_folder_open(&f, folder, true))
        return EXIT_UNABLE;
    const bool good = chain_folder_say(&f, draft);
    if (good)
        printf("entry %u: %s %s\n", f.chain.count - 1, chain_operation_name(draft->operation),
               draft->name[0] != '\0' ? draft->name : "the chain");
    chain_folder_close(&f);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}

static bool hash_read(const char *name, const char *text, uint8_t out[CHAIN_HASH])
{
    if (hex_read(text, strlen(text), out, CHAIN_HASH))
        return true;
    report_error("%s %s is not a hash - give 64 hexadecimal digits", name, text);
    return false;
}

struct program_words {
    const char *version, *size, *code, *package, *minimum, *when;
    bool revoked;
};

static bool program_read(const struct program_words *w, const char *name,
                         struct program_register *p)
{
    *p = (struct program_register){.architecture = PROGRAM_X86_64, .revoked = w->revoked};
    if (!w->version || !w->size || !w->code || !w->package) {
        report_error("register wants --version, --size, --code-root and --package-root - usage: %s",
                     chain_usage("register"));
        return false;
    }
    if (strlen(name) < sizeof p->name) // a longer one is refused as empty
        memcpy(p->name, name, strlen(name));
    return option_number64("--version", w->version, UINT64_MAX, &p->version) &&
           option_number64("--size", w->size, UINT64_MAX, &p->size) &&
           option_number64("--minimum", w->minimum ? w->minimum : "0", UINT64_MAX, &p->minimum) &&
           hash_read("--code-root", w->code, p->code_root) &&
           hash_read("--package-root", w->package, p->package_root);
}

int chain_part_register(int argc, char **argv)
{
    struct program_words w = {.version = NULL};
    const struct option_rule rules[] = {
        {"--version",      &w.version, NULL},
        {"--size",            &w.size, NULL},
        {"--code-root",         &w.code, NULL},
        {"--package-root",            &w.package, NULL},
        {"--minimum",    &w.minimum, NULL},
        {"--time",            &w.when, NULL},
        {"--revoked", NULL, &w.revoked},
        {0           }
    };
    uint8_t value[REGISTER_VALUE];
    size_t size;
    struct program_register p;
    struct operands o;
    if (!chain_options(argc, argv, rules, "register", 2, 2, &o) || !program_read(&w, o.at[1], &p))
        return EXIT_UNABLE;
    if (program_encode(&p, value, sizeof value, &size) != ERR_OK) {
        report_error(
            "this is no program - name it with 1 to %d of a-z 0-9 - _ . and give a version "
            "and a size above 0 and a minimum up to the version",
            REGISTER_NAME);
        return EXIT_UNABLE;
    }
    struct chain_draft draft = {
        .operation = CHAIN_WRITE, .name = o.at[1], .type = REGISTER_OBJECT, .value = {value, size}
    };
    return say(o.at[0], w.when, &draft);
}

int chain_part_write(int argc, char **argv)
{
    const char *when = NULL, *type = "raw";
    const struct option_rule rules[] = {
        {"--type", &type, NULL},
        {"--time",    &when, NULL},
        {0}
    };
    struct operands o;
    if (!chain_options(argc, argv, rules, "write", 3, 3, &o))
        return EXIT_UNABLE;
    if (strcmp(type, "raw") != 0 && strcmp(type, "readonly") != 0) {
        report_error("--type %s does not exist - give raw or readonly", type);
        return EXIT_UNABLE;
    }
    struct chain_draft draft = {
        .operation = CHAIN_WRITE,
        .name = o.at[1],
        .type = strcmp(type, "raw") == 0 ? REGISTER_RAW : REGISTER_READONLY,
        .value = {(const uint8_t *)o.at[2], strlen(o.at[2])}
    };
    return say(o.at[0], when, &draft);
}

int chain_part_append(int argc, char **argv)
{
    const char *when = NULL;
    const struct option_rule rules[] = {
        {"--time", &when, NULL},
        {0   }
    };
    struct operands o;
    if (!chain_options(argc, argv, rules, "append", 3, 3, &o))
        return EXIT_UNABLE;
    struct chain_draft draft = {
        .operation = CHAIN_APPEND,
        .name = o.at[1],
        .type = REGISTER_APPEND,
        .value = {(const uint8_t *)o.at[2], strlen(o.at[2])}
    };
    return say(o.at[0], when, &draft);
}

// The type of a register that the folder's chain has. False: said.
static bool type_find(const char *folder, const char *name, uint32_t *type)
{
    struct chain_folder f;
    if (!chain_folder_open(&f, folder, false))
        return false;
    const struct chain_register *reg = chain_register_find(&f.chain, name);
    if (reg != NULL)
        *type = reg->type;
    else
        report_error("%s: %s", name, chain_sentence(CHAIN_REFUSED_REGISTER_UNKNOWN));
    chain_folder_close(&f);
    return reg != NULL;
}

int chain_part_transfer(int argc, char **argv)
{
    const char *to = NULL, *when = NULL;
    const struct option_rule rules[] = {
        {"--to",   &to, NULL},
        {"--time",    &when, NULL},
        {0}
    };
    struct operands o;
    uint8_t id[CHAIN_HASH];
    struct chain_draft draft = {
        .operation = CHAIN_TRANSFER, .value = {id, sizeof id}
    };
    if (!chain_options(argc, argv, rules, "transfer", 2, 2, &o))
        return EXIT_UNABLE;
    if (!to) {
        report_error("transfer wants --to and a publisher - usage: %s", chain_usage("transfer"));
        return EXIT_UNABLE;
    }
    draft.name = o.at[1];
    if (!hash_read("--to", to, id) || !type_find(o.at[0], o.at[1], &draft.type))
        return EXIT_UNABLE;
    return say(o.at[0], when, &draft);
}

int chain_part_claim(int argc, char **argv)
{
    const char *from = NULL, *when = NULL;
    const struct option_rule rules[] = {
        {"--from", &from, NULL},
        {"--time",    &when, NULL},
        {0}
    };
    struct operands o;
    struct chain_folder giver;
    uint8_t citation[2 * CHAIN_HASH];
    struct chain_draft draft = {
        .operation = CHAIN_CLAIM, .value = {citation, sizeof citation}
    };
    if (!chain_options(argc, argv, rules, "claim", 2, 2, &o))
        return EXIT_UNABLE;
    if (!from) {
        report_error("claim wants --from and a chain - usage: %s", chain_usage("claim"));
        return EXIT_UNABLE;
    }
    if (!chain_folder_open(&giver, from, false))
        return EXIT_UNABLE;
    const struct chain_register *reg = chain_register_find(&giver.chain, o.at[1]);
    const bool given = reg != NULL && reg->state == CHAIN_GIVEN;
    if (given) {
        draft.name = o.at[1];
        draft.type = reg->type;
        memcpy(citation, giver.chain.id, CHAIN_HASH);
        memcpy(citation + CHAIN_HASH, reg->moved, CHAIN_HASH);
    } else {
        report_error("%s: %s", o.at[1], chain_sentence(CHAIN_REFUSED_NOT_GIVEN));
    }
    chain_folder_close(&giver);
    return given ? say(o.at[0], when, &draft) : EXIT_UNABLE;
}

int chain_part_revoke(int argc, char **argv)
{
    const char *when = NULL;
    bool all = false;
    const struct option_rule rules[] = {
        {"--time", &when, NULL},
        {"--all",    NULL, &all},
        {0 }
    };
    struct operands o;
    struct chain_draft draft = {.operation = CHAIN_REVOKE, .name = ""};
    if (!chain_options(argc, argv, rules, "revoke", 1, 2, &o))
        return EXIT_UNABLE;
    if (all == (o.count == 2)) {
        report_error("revoke ends a register or, with --all, the whole chain - give one of them");
        return EXIT_UNABLE;
    }
    if (!all && !type_find(o.at[0], draft.name = o.at[1], &draft.type))
        return EXIT_UNABLE;
    return say(o.at[0], when, &draft);
}
