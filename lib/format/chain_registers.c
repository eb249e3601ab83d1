// SPDX-License-Identifier: GPL-3.0-or-later
// What the entries of a chain make of its registers.
#include "format/chain_parts.h"

enum { CITATION_GIVE = CHAIN_HASH, CITATION_CLAIM = 2 * CHAIN_HASH };

static struct chain_register *register_find(struct chain *chain, const char *name)
{
    for (uint32_t i = 0; i < chain->register_count; i++)
        if (strcmp(chain->registers[i].name, name) == 0)
            return &chain->registers[i];
    return NULL;
}

// The register of that entry; a new one is made if it is unknown, which writing and claiming may
// do. Null: there are too many.
static struct chain_register *register_get(struct chain *chain, const struct chain_entry *e)
{
    struct chain_register *reg = register_find(chain, e->name);
    if (reg != NULL || chain->register_count == CHAIN_REGISTERS)
        return reg;
    reg = &chain->registers[chain->register_count++];
    memcpy(reg->name, e->name, sizeof reg->name);
    reg->type = e->type;
    reg->state = CHAIN_HELD;
    return reg;
}

static uint32_t held_check(const struct chain_register *reg, const struct chain_entry *e)
{
    if (reg->type != e->type)
        return CHAIN_REFUSED_TYPE_CHANGED;
    if (reg->state == CHAIN_ENDED)
        return CHAIN_REFUSED_REGISTER_REVOKED;
    return reg->state == CHAIN_GIVEN ? CHAIN_REFUSED_REGISTER_GIVEN : CHAIN_GOOD;
}

uint32_t program_follow(const struct program_register *before, const struct program_register *after)
{
    if (after->version < before->version)
        return CHAIN_REFUSED_PROGRAM_LOWER;
    if (after->minimum < before->minimum)
        return CHAIN_REFUSED_PROGRAM_MINIMUM;
    if (after->version > before->version)
        return CHAIN_GOOD;
    if (after->architecture != before->architecture || after->size != before->size ||
        memcmp(after->code_root, before->code_root, REGISTER_HASH) != 0 ||
        memcmp(after->package_root, before->package_root, REGISTER_HASH) != 0)
        return CHAIN_REFUSED_PROGRAM_CHANGED;
    return before->revoked && !after->revoked ? CHAIN_REFUSED_PROGRAM_UNREVOKED : CHAIN_GOOD;
}

static uint32_t program_check(const struct chain *chain, const struct chain_register *reg,
                              const struct chain_entry *e)
{
    struct program_register program, before;
    struct chain_entry last;
    if (program_decode(e->value, &program) != ERR_OK)
        return CHAIN_REFUSED_PROGRAM;
    if (strcmp(program.name, e->name) != 0)
        return CHAIN_REFUSED_PROGRAM_NAME;
    if (reg->last == 0)
        return CHAIN_GOOD;
    chain_entry_get(chain, reg->last, &last);
    if (program_decode(last.value, &before) != ERR_OK) // it was decoded when it was written
        return CHAIN_REFUSED_PROGRAM;
    return program_follow(&before, &program);
}

static uint32_t value_put(struct chain *chain, const struct chain_entry *e)
{
    const bool append = e->operation == CHAIN_APPEND;
    if (append && e->type != REGISTER_APPEND)
        return CHAIN_REFUSED_NOT_APPEND;
    struct chain_register *reg = register_get(chain, e);
    if (reg == NULL)
        return CHAIN_REFUSED_REGISTERS;
    uint32_t refusal = held_check(reg, e);
    if (refusal != CHAIN_GOOD)
        return refusal;
    if (!append && reg->type == REGISTER_APPEND)
        return CHAIN_REFUSED_APPEND_ONLY;
    if (reg->type == REGISTER_READONLY && reg->last != 0)
        return CHAIN_REFUSED_READONLY;
    if (reg->type == REGISTER_OBJECT)
        refusal = program_check(chain, reg, e);
    reg->writes++;
    reg->last = (uint32_t)e->sequence;
    return refusal;
}

static uint32_t register_give(struct chain *chain, const struct chain_entry *e)
{
    struct chain_register *reg = register_find(chain, e->name);
    if (reg == NULL)
        return CHAIN_REFUSED_REGISTER_UNKNOWN;
    uint32_t refusal = held_check(reg, e);
    if (refusal != CHAIN_GOOD)
        return refusal;
    if (e->value.size != CITATION_GIVE)
        return CHAIN_REFUSED_CITATION;
    if (memcmp(e->value.at, chain->hash[0], CHAIN_HASH) == 0)
        return CHAIN_REFUSED_SELF;
    reg->state = CHAIN_GIVEN;
    reg->claimed = false;
    memcpy(reg->peer, e->value.at, CHAIN_HASH);
    memcpy(reg->moved, e->hash, CHAIN_HASH);
    return CHAIN_GOOD;
}

// A register that another chain gave. One that was given away before may come back that way; what
// this chain said then still binds it, so `last` stays.
static uint32_t register_claim(struct chain *chain, const struct chain_entry *e)
{
    struct chain_register *reg = register_find(chain, e->name);
    if (e->value.size != CITATION_CLAIM)
        return CHAIN_REFUSED_CITATION;
    if (memcmp(e->value.at, chain->hash[0], CHAIN_HASH) == 0)
        return CHAIN_REFUSED_SELF;
    if (reg != NULL && reg->type != e->type)
        return CHAIN_REFUSED_TYPE_CHANGED;
    if (reg != NULL && reg->state != CHAIN_GIVEN)
        return reg->state == CHAIN_HELD ? CHAIN_REFUSED_HELD : CHAIN_REFUSED_REGISTER_REVOKED;
    if (reg == NULL && (reg = register_get(chain, e)) == NULL)
        return CHAIN_REFUSED_REGISTERS;
    reg->state = CHAIN_HELD;
    reg->claimed = true;
    reg->writes = 0;
    memcpy(reg->peer, e->value.at, CHAIN_HASH);
    memcpy(reg->moved, e->value.at + CHAIN_HASH, CHAIN_HASH);
    return CHAIN_GOOD;
}

static uint32_t register_revoke(struct chain *chain, const struct chain_entry *e)
{
    struct chain_register *reg = register_find(chain, e->name);
    if (reg == NULL)
        return CHAIN_REFUSED_REGISTER_UNKNOWN;
    uint32_t refusal = held_check(reg, e);
    if (refusal != CHAIN_GOOD)
        return refusal;
    if (e->value.size != 0)
        return CHAIN_REFUSED_VALUE;
    reg->state = CHAIN_ENDED;
    return CHAIN_GOOD;
}

uint32_t chain_apply(struct chain *chain, const struct chain_entry *e)
{
    switch (e->operation) {
    case CHAIN_WRITE:
    case CHAIN_APPEND:
        return value_put(chain, e);
    case CHAIN_TRANSFER:
        return register_give(chain, e);
    case CHAIN_CLAIM: // of the chain itself: keys change, and nothing else
        return e->name[0] != '\0' ? register_claim(chain, e) : CHAIN_GOOD;
    case CHAIN_REVOKE:
        if (e->name[0] != '\0')
            return register_revoke(chain, e);
        chain->revoked = true;
        return CHAIN_GOOD;
    default: // CREATE
        return CHAIN_GOOD;
    }
}
