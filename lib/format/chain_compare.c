// SPDX-License-Identifier: GPL-3.0-or-later
// A chain beside another one: what was known of it, the chain a register came from, and the two
// that may vouch for a program.
#include "format/chain_parts.h"

void chain_remember(const struct chain *chain, struct chain_memory *out)
{
    out->count = chain->count;
    memcpy(out->hash, chain->hash, sizeof out->hash);
    memcpy(out->recovered, chain->recovered, sizeof out->recovered);
}

// Two branches that part at entry `at`. Until a recovery both commit to the same recovery key, so
// if both have one, wherever it stands, that key has signed two.
static uint32_t branch_judge(const struct chain_memory *known, const struct chain *offered,
                             uint32_t at)
{
    bool recovered = false;
    for (uint32_t i = at; i < known->count; i++)
        recovered = recovered || known->recovered[i];
    if (offered->recovered[at])
        return recovered ? CHAIN_REFUSED_RECOVERY_FORK : CHAIN_GOOD;
    return known->recovered[at] ? CHAIN_REFUSED_VOIDED : CHAIN_REFUSED_FORK;
}

err_t chain_compare(const struct chain_memory *known, const struct chain *offered,
                    enum chain_refusal *why)
{
    uint32_t same = 0, refusal = CHAIN_GOOD;
    while (same < known->count && same < offered->count &&
           memcmp(known->hash[same], offered->hash[same], CHAIN_HASH) == 0)
        same++;
    if (same == known->count) // nothing is lost
        refusal = CHAIN_GOOD;
    else if (same == offered->count)
        refusal = CHAIN_REFUSED_OLDER;
    else if (same == 0)
        refusal = CHAIN_REFUSED_OTHER_CHAIN;
    else
        refusal = branch_judge(known, offered, same);
    *why = refusal;
    return refusal == CHAIN_GOOD ? ERR_OK : ERR_BAD_STATE;
}

// The receiver's first value after the giver's last one.
static uint32_t program_moved(const struct chain *giver, const struct chain_register *from,
                              const struct chain *receiver, const struct chain_register *to)
{
    struct chain_entry last, first;
    struct program_register before, after;
    struct chain_walk walk = chain_walk_begin(receiver, to);
    if (from->writes == 0 || to->writes == 0)
        return CHAIN_GOOD;
    chain_entry_get(giver, from->last, &last);
    while (chain_walk_next(&walk, &first)) {
    }
    if (program_decode(last.value, &before) != ERR_OK ||
        program_decode(first.value, &after) != ERR_OK)
        return CHAIN_REFUSED_PROGRAM;
    uint32_t refusal = program_follow(&before, &after);
    return refusal == CHAIN_REFUSED_PROGRAM_LOWER ? CHAIN_REFUSED_MOVED_LOWER : refusal;
}

static uint32_t moved_judge(const struct chain *giver, const struct chain *receiver,
                            const char *name)
{
    const struct chain_register *from = chain_register_find(giver, name);
    const struct chain_register *to = chain_register_find(receiver, name);
    if (from == NULL)
        return CHAIN_REFUSED_REGISTER_UNKNOWN;
    if (from->state != CHAIN_GIVEN)
        return CHAIN_REFUSED_NOT_GIVEN;
    if (memcmp(from->peer, receiver->id, CHAIN_HASH) != 0)
        return CHAIN_REFUSED_OTHER_RECEIVER;
    if (to == NULL || !to->claimed)
        return CHAIN_REFUSED_NOT_CLAIMED;
    if (memcmp(to->peer, giver->id, CHAIN_HASH) != 0 ||
        memcmp(to->moved, from->moved, CHAIN_HASH) != 0)
        return CHAIN_REFUSED_OTHER_TRANSFER;
    if (to->type != from->type)
        return CHAIN_REFUSED_TYPE_CHANGED;
    return to->type == REGISTER_OBJECT ? program_moved(giver, from, receiver, to) : CHAIN_GOOD;
}

err_t chain_moved(const struct chain *giver, const struct chain *receiver, const char *name,
                  enum chain_refusal *why)
{
    *why = moved_judge(giver, receiver, name);
    return *why == CHAIN_GOOD ? ERR_OK : ERR_BAD_STATE;
}

// What one chain says of a program. GOOD: it vouches for just this one.
static enum chain_refusal program_judge(const struct chain *chain,
                                        const struct program_offer *offer)
{
    struct program_register newest, said;
    enum chain_refusal why;
    if (chain == NULL)
        return CHAIN_REFUSED_NO_CHAIN;
    if (chain->revoked)
        return CHAIN_REFUSED_TAKEN_BACK;
    if (chain_program(chain, offer->name, &newest, &why) != ERR_OK)
        return why;
    if (chain_register_find(chain, offer->name)->state == CHAIN_ENDED)
        return CHAIN_REFUSED_PROGRAM_REVOKED;
    if (newest.minimum > offer->version)
        return CHAIN_REFUSED_BELOW_MINIMUM;
    const err_t err = chain_program_version(chain, offer->name, offer->version, &said, &why);
    if (err == ERR_OK && said.revoked)
        return CHAIN_REFUSED_PROGRAM_REVOKED;
    if (err != ERR_OK)
        return why;
    if (memcmp(said.code_root, offer->code_root, REGISTER_HASH) != 0 ||
        memcmp(said.package_root, offer->package_root, REGISTER_HASH) != 0)
        return CHAIN_REFUSED_OTHER_PROGRAM;
    return CHAIN_GOOD;
}

// That a chain knows nothing of a program is no refusal of it.
static bool refused_by_name(enum chain_refusal user)
{
    return user == CHAIN_REFUSED_PROGRAM_REVOKED || user == CHAIN_REFUSED_BELOW_MINIMUM;
}

err_t chain_vouches(const struct chain *developer, const struct chain *user,
                    const struct program_offer *program, struct chain_vouch *out)
{
    out->developer = program_judge(developer, program);
    out->user = program_judge(user, program);
    out->voucher = CHAIN_NOBODY;
    if (out->user == CHAIN_GOOD)
        out->voucher = CHAIN_USER;
    else if (out->developer == CHAIN_GOOD && !refused_by_name(out->user))
        out->voucher = CHAIN_DEVELOPER;
    return out->voucher == CHAIN_NOBODY ? ERR_DENIED : ERR_OK;
}
