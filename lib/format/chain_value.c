// SPDX-License-Identifier: GPL-3.0-or-later
// What a verified chain says.
#include "format/chain_parts.h"

static const char *const sentences[CHAIN_REFUSAL_COUNT] = {
    "good",
#define REFUSAL(name, sentence) sentence,
#include "format/chain_refusal.def"
#undef REFUSAL
};

const char *chain_sentence(uint32_t refusal)
{
    return refusal < CHAIN_REFUSAL_COUNT ? sentences[refusal] : "unknown: use a newer program";
}

void chain_entry_get(const struct chain *chain, uint32_t sequence, struct chain_entry *out)
{
    struct reading r = {.data = chain->bytes, .size = chain->size, .at = chain->offset[sequence]};
    struct chain_raw raw = {
        .body = {NULL, 0}
    };
    if (chain_raw_read(&r, &raw) != CHAIN_GOOD || chain_body_parse(raw.body, out) != CHAIN_GOOD)
        memset(out, 0, sizeof *out); // not of a chain that was verified
    memcpy(out->hash, chain->hash[sequence], CHAIN_HASH);
}

err_t chain_entry_at(const struct chain *chain, uint32_t sequence, struct chain_entry *out)
{
    if (sequence >= chain->count)
        return ERR_NOT_FOUND;
    chain_entry_get(chain, sequence, out);
    return ERR_OK;
}

const struct chain_register *chain_register_find(const struct chain *chain, const char *name)
{
    for (uint32_t i = 0; i < chain->register_count; i++)
        if (strcmp(chain->registers[i].name, name) == 0)
            return &chain->registers[i];
    return NULL;
}

struct chain_walk chain_walk_begin(const struct chain *chain, const struct chain_register *reg)
{
    return (struct chain_walk){chain, reg, reg->writes, reg->last + 1};
}

bool chain_walk_next(struct chain_walk *walk, struct chain_entry *out)
{
    while (walk->left > 0 && walk->sequence > 0) {
        chain_entry_get(walk->chain, --walk->sequence, out);
        if ((out->operation == CHAIN_WRITE || out->operation == CHAIN_APPEND) &&
            strcmp(out->name, walk->reg->name) == 0) {
            walk->left--;
            return true;
        }
    }
    return false;
}

// The register of that name, if it has a value that counts.
static const struct chain_register *register_live(const struct chain *chain, const char *name,
                                                  enum chain_refusal *why)
{
    const struct chain_register *reg = chain_register_find(chain, name);
    *why = CHAIN_GOOD;
    if (reg == NULL)
        *why = CHAIN_REFUSED_REGISTER_UNKNOWN;
    else if (reg->state == CHAIN_GIVEN)
        *why = CHAIN_REFUSED_REGISTER_GIVEN;
    else if (reg->state == CHAIN_ENDED)
        *why = CHAIN_REFUSED_REGISTER_REVOKED;
    else if (reg->writes == 0)
        *why = CHAIN_REFUSED_REGISTER_EMPTY;
    return *why == CHAIN_GOOD ? reg : NULL;
}

err_t chain_value(const struct chain *chain, const char *name, struct span *out,
                  enum chain_refusal *why)
{
    struct chain_entry e;
    const struct chain_register *reg = register_live(chain, name, why);
    if (reg == NULL)
        return ERR_NOT_FOUND;
    chain_entry_get(chain, reg->last, &e);
    *out = e.value;
    return ERR_OK;
}

// The register of a program, revoked or not.
static const struct chain_register *register_program(const struct chain *chain, const char *name,
                                                     enum chain_refusal *why)
{
    const struct chain_register *reg = register_live(chain, name, why);
    if (*why == CHAIN_REFUSED_REGISTER_REVOKED) {
        reg = chain_register_find(chain, name);
        *why = reg->writes == 0 ? CHAIN_REFUSED_REGISTER_EMPTY : CHAIN_GOOD;
    }
    if (*why == CHAIN_GOOD && reg->type != REGISTER_OBJECT)
        *why = CHAIN_REFUSED_NOT_PROGRAM;
    return *why == CHAIN_GOOD ? reg : NULL;
}

static bool ended(const struct chain *chain, const struct chain_register *reg)
{
    return chain->revoked || reg->state == CHAIN_ENDED;
}

err_t chain_program(const struct chain *chain, const char *name, struct program_register *out,
                    enum chain_refusal *why)
{
    struct chain_entry e;
    const struct chain_register *reg = register_program(chain, name, why);
    if (reg == NULL)
        return ERR_NOT_FOUND;
    chain_entry_get(chain, reg->last, &e);
    if (program_decode(e.value, out) != ERR_OK) { // it was decoded when the chain was verified
        *why = CHAIN_REFUSED_PROGRAM;
        return ERR_NOT_FOUND;
    }
    out->revoked = out->revoked || ended(chain, reg);
    return ERR_OK;
}

err_t chain_program_version(const struct chain *chain, const char *name, uint64_t version,
                            struct program_register *out, enum chain_refusal *why)
{
    struct chain_entry e;
    struct program_register program, found = {.version = 0};
    bool revoked = false;
    uint64_t minimum = 0;
    const struct chain_register *reg = register_program(chain, name, why);
    if (reg == NULL)
        return ERR_NOT_FOUND;
    struct chain_walk walk = chain_walk_begin(chain, reg);
    while (chain_walk_next(&walk, &e) && program_decode(e.value, &program) == ERR_OK) {
        if (program.version < version)
            break; // versions never rise on the way back
        minimum = program.minimum > minimum ? program.minimum : minimum;
        revoked = revoked || program.revoked;
        if (program.version == version)
            found = program;
    }
    if (found.version == 0) {
        *why = revoked ? CHAIN_REFUSED_PROGRAM_REVOKED : CHAIN_REFUSED_VERSION_UNKNOWN;
        return ERR_NOT_FOUND;
    }
    *out = found;
    out->minimum = minimum;
    out->revoked = revoked || ended(chain, reg);
    return ERR_OK;
}
