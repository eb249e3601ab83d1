// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/package.h"

#include <string.h>

static err_t refuse(struct package_verdict *out, enum package_refusal refusal)
{
    out->refusal = refusal;
    return ERR_DENIED;
}

static err_t refuse_chain(struct package_verdict *out, uint32_t chain, err_t error)
{
    out->refusal = PACKAGE_REFUSED_CHAIN;
    out->chain = chain;
    return error;
}

void package_register(const struct package *package, struct program_register *out)
{
    *out = (struct program_register){
        .version = package->app->number, .architecture = PROGRAM_X86_64, .size = package->size};
    memcpy(out->name, package->app->cell.name, BUNDLE_NAME);
    memcpy(out->code_root, package->app->code_root, REGISTER_HASH);
    memcpy(out->package_root, package->root, REGISTER_HASH);
}

// A package that no chain comes with is the person's own, if the person vouched for just this one.
// All of these have one publisher, so nothing but the app id keeps their keys apart, and the name
// is what the person saw.
static err_t person_check(const struct package *package, const struct package_rules *rules,
                          struct chain *chain, struct package_verdict *out)
{
    struct program_register mine;
    struct chain_vouch vouch;
    _Static_assert((int)BUNDLE_NAME == (int)APP_ID_SIZE, "a name is an app id");
    if (memcmp(package->app->cell.app_id, package->app->cell.name, APP_ID_SIZE) != 0)
        return refuse(out, PACKAGE_REFUSED_OTHER_KEYS);
    package_register(package, &mine);
    const struct program_offer offer = {mine.name, mine.version, mine.code_root, mine.package_root};
    if (chain_vouches(NULL, rules->user, &offer, &vouch) == ERR_OK) {
        *chain = *rules->user;
        return ERR_OK;
    }
    if (vouch.user == CHAIN_REFUSED_PROGRAM_REVOKED || vouch.user == CHAIN_REFUSED_BELOW_MINIMUM)
        return refuse_chain(out, vouch.user, ERR_DENIED);
    return refuse(out, PACKAGE_REFUSED_UNSIGNED);
}

// The chain itself holds.
static err_t chain_check(const struct package *package, const struct package_rules *rules,
                         struct chain *chain, struct package_verdict *out)
{
    struct chain_check check = {0};
    if (package->chain.size == 0)
        return person_check(package, rules, chain, out);
    if (chain_verify(package->chain.at, package->chain.size, chain, &check) != ERR_OK) {
        out->entry = check.entry;
        return refuse_chain(out, check.refusal, ERR_BAD_SIGNATURE);
    }
    return ERR_OK;
}

// What it says of this package. Whose chain it is becomes the publisher, so that one has to vouch,
// whatever the person says; and the person must not have refused it.
static err_t register_check(const struct package *package, const struct package_rules *rules,
                            const struct chain *chain, struct package_verdict *out)
{
    struct program_register mine, said;
    struct chain_vouch vouch;
    enum chain_refusal why = CHAIN_GOOD;
    package_register(package, &mine);
    const struct program_offer offer = {mine.name, mine.version, mine.code_root, mine.package_root};
    const err_t error = chain_vouches(chain, rules->user, &offer, &vouch);
    if (vouch.developer != CHAIN_GOOD)
        return refuse_chain(out, vouch.developer, ERR_DENIED);
    if (error != ERR_OK)
        return refuse_chain(out, vouch.user, ERR_DENIED);
    if (chain_program_version(chain, mine.name, mine.version, &said, &why) != ERR_OK)
        return refuse_chain(out, why, ERR_DENIED);
    if (said.size != mine.size || said.architecture != mine.architecture)
        return refuse(out, PACKAGE_REFUSED_OTHER_SIZE);
    return ERR_OK;
}

// Whether it may take the place of what is there.
static err_t update_check(const struct package *package, const struct package_rules *rules,
                          const struct chain *chain, struct package_verdict *out)
{
    if (rules->publisher == NULL)
        return ERR_OK;
    if (memcmp(rules->publisher, chain->id, PUBLISHER_SIZE) != 0)
        return refuse(out, PACKAGE_REFUSED_OTHER_PUBLISHER);
    if (package->app->number < rules->number)
        return refuse(out, PACKAGE_REFUSED_LOWER);
    if (package->app->number == rules->number)
        return refuse(out, PACKAGE_REFUSED_SAME);
    return ERR_OK;
}

err_t package_judge(const struct package *package, const struct package_rules *rules,
                    struct chain *chain, struct package_verdict *out)
{
    *out = (struct package_verdict){0};
    err_t error = chain_check(package, rules, chain, out);
    if (error == ERR_OK)
        error = register_check(package, rules, chain, out);
    if (error == ERR_OK)
        error = update_check(package, rules, chain, out);
    return error;
}

const char *package_sentence(const struct package_verdict *verdict)
{
    if (verdict->refusal == PACKAGE_REFUSED_CHAIN && verdict->chain != CHAIN_GOOD)
        return chain_sentence(verdict->chain);
    return package_refusal_sentence(verdict->refusal);
}
