// SPDX-License-Identifier: GPL-3.0-or-later
// Who vouches for a package, and whether it may follow what is there: each way in which it may not
// has its own sentence.
#include "format/developer_sample.h"

enum { SAID = 8 };

static struct developer ada, eve;
static char said[SAID * 4][160]; // sentences so far
static unsigned said_count;

static err_t judge(const struct whole *w, const struct package_rules *rules,
                   struct package_verdict *verdict)
{
    static const struct package_rules nothing = {0};
    static struct chain room;
    return package_judge(&w->package, rules ? rules : &nothing, &room, verdict);
}

// Refused so, in words that no other refusal here has.
static void expect(const struct whole *w, const struct package_rules *rules, uint32_t refusal,
                   uint32_t chain, int line)
{
    struct package_verdict verdict = {99, 99, 99};
    err_t error = judge(w, rules, &verdict);
    const char *sentence = package_sentence(&verdict);
    if (!CHECK(error != ERR_OK && verdict.refusal == refusal && verdict.chain == chain))
        fprintf(stderr, "    line %d: %u, %u: %s\n", line, verdict.refusal, verdict.chain,
                sentence);
    for (unsigned i = 0; i < said_count; i++)
        CHECK(strcmp(said[i], sentence) != 0);
    CHECK(strlen(sentence) < sizeof said[0] && said_count < SAID * 4);
    strcpy(said[said_count++], sentence);
}
#define REFUSES(whole, rules, name) expect(whole, rules, PACKAGE_REFUSED_##name, 0, __LINE__)
#define CHAIN_REFUSES(whole, rules, name)                                                          \
    expect(whole, rules, PACKAGE_REFUSED_CHAIN, CHAIN_REFUSED_##name, __LINE__)

static void test_good_and_unknown(void)
{
    struct whole one = whole_make(1, 0), two = whole_make(2, 0), changed = whole_make(1, 1);
    struct program_register program = register_of(&one);
    struct package_verdict verdict;
    developer_start(&ada, SECRET);
    REFUSES(&one, NULL, UNSIGNED);
    whole_sign(&one, &ada);
    CHAIN_REFUSES(&one, NULL, REGISTER_UNKNOWN);
    developer_write(&ada, &program);
    whole_sign(&one, &ada);
    whole_sign(&two, &ada);
    whole_sign(&changed, &ada);
    CHECK_EQ(judge(&one, NULL, &verdict), ERR_OK);
    CHECK_EQ(verdict.refusal, PACKAGE_GOOD);
    CHAIN_REFUSES(&two, NULL, VERSION_UNKNOWN);
    CHAIN_REFUSES(&changed, NULL, OTHER_PROGRAM);
    struct whole text = whole_make_other_text(1);
    whole_sign(&text, &ada);
    CHECK(judge(&text, NULL, &verdict) != ERR_OK && verdict.chain == CHAIN_REFUSED_OTHER_PROGRAM);
    free(text.bytes);
    free(one.bytes);
    free(two.bytes);
    free(changed.bytes);
}

// A chain in which one bit is wrong vouches for nothing.
static void test_chain_bits(void)
{
    struct whole one = whole_make(1, 0);
    struct package_verdict verdict;
    whole_sign(&one, &ada);
    for (size_t at = one.package.size + PACKAGE_HASH; at < one.size; at += 97) {
        one.bytes[at] ^= (uint8_t)(1u << at % 8);
        CHECK(judge(&one, NULL, &verdict) != ERR_OK && verdict.refusal == PACKAGE_REFUSED_CHAIN &&
              verdict.chain != 0);
        one.bytes[at] ^= (uint8_t)(1u << at % 8);
    }
    one.package.chain.size--;
    CHAIN_REFUSES(&one, NULL, TRUNCATED);
    free(one.bytes);
}

static void test_update(void)
{
    struct whole one = whole_make(1, 0), two = whole_make(2, 1), three = whole_make(3, 1);
    struct program_register program = register_of(&two);
    struct package_rules rules = {.publisher = ada.chain.id, .number = 2};
    struct package_verdict verdict;
    developer_write(&ada, &program);
    program = register_of(&three);
    developer_write(&ada, &program);
    whole_sign(&one, &ada);
    whole_sign(&two, &ada);
    whole_sign(&three, &ada);
    REFUSES(&one, &rules, LOWER);
    REFUSES(&two, &rules, SAME);
    CHECK_EQ(judge(&three, &rules, &verdict), ERR_OK);
    developer_start(&eve, OTHER);
    developer_write(&eve, &program);
    whole_sign(&three, &eve);
    CHECK_EQ(judge(&three, NULL, &verdict), ERR_OK); // as somebody else's app
    REFUSES(&three, &rules, OTHER_PUBLISHER);
    free(one.bytes);
    free(two.bytes);
    free(three.bytes);
}

static void test_minimum_and_revoked(void)
{
    struct whole two = whole_make(2, 1), three = whole_make(3, 1), four = whole_make(4, 2);
    struct program_register program = register_of(&four);
    program.minimum = 3;
    developer_write(&ada, &program);
    whole_sign(&two, &ada);
    CHAIN_REFUSES(&two, NULL, BELOW_MINIMUM);
    program.revoked = true;
    developer_write(&ada, &program);
    whole_sign(&four, &ada);
    CHAIN_REFUSES(&four, NULL, PROGRAM_REVOKED);
    free(two.bytes);
    free(three.bytes);
    free(four.bytes);
}

static void test_size(void)
{
    struct whole one = whole_make(1, 0);
    struct program_register program = register_of(&one);
    program.size += PAGE_SIZE;
    developer_start(&eve, OTHER);
    developer_write(&eve, &program);
    whole_sign(&one, &eve);
    REFUSES(&one, NULL, OTHER_SIZE);
    free(one.bytes);
}

// The same program with this app id: the one that names its keys in the vault.
static struct whole make_with_id(const char *app_id)
{
    struct bundle_part part;
    struct package_draft draft = package_sample_draft(1, 0, &part);
    struct whole w = {.bytes = aligned_alloc(PAGE_SIZE, PACKAGE_MAX)};
    enum package_refusal why;
    memset(draft.app.cell.app_id, 0, sizeof draft.app.cell.app_id);
    strcpy(draft.app.cell.app_id, app_id);
    CHECK_EQ(package_write(&draft, w.bytes, &w.size, &why), ERR_OK);
    CHECK_EQ(package_open(w.bytes, w.size, &w.package, &why), ERR_OK);
    return w;
}

// What the person vouched for is hers. A chain that says something else of that name and version,
// or has taken it back, does not become its publisher by being put behind it.
static void test_person(void)
{
    static const uint8_t person[HYBRID_SECRET_SIZE] = "what the words make";
    static struct developer own;
    struct whole mine = whole_make(1, 1), other = make_with_id("wallet");
    struct program_register program = register_of(&mine), theirs = register_of(&other);
    const struct package_rules rules = {.user = &own.chain};
    struct package_verdict verdict;
    developer_start(&own, person);
    developer_write(&own, &program);
    CHECK_EQ(judge(&mine, &rules, &verdict), ERR_OK);
    developer_start(&eve, OTHER);
    developer_write(&eve, &theirs); // the same name, version and size
    whole_sign(&mine, &eve);
    CHECK(judge(&mine, &rules, &verdict) != ERR_OK);
    CHECK_EQ(verdict.chain, CHAIN_REFUSED_OTHER_PROGRAM);
    developer_start(&eve, OTHER);
    developer_write(&eve, &program);
    program.revoked = true;
    developer_write(&eve, &program);
    whole_sign(&mine, &eve);
    CHECK(judge(&mine, &rules, &verdict) != ERR_OK);
    CHECK_EQ(verdict.chain, CHAIN_REFUSED_PROGRAM_REVOKED);
    // Her programs have one publisher, so what names their keys has to be what she saw.
    developer_start(&own, person);
    developer_write(&own, &theirs);
    REFUSES(&other, &rules, OTHER_KEYS);
    developer_start(&eve, OTHER);
    developer_write(&eve, &theirs);
    whole_sign(&other, &eve);
    CHECK_EQ(judge(&other, &rules, &verdict), ERR_OK); // a developer's own affair
    free(mine.bytes);
    free(other.bytes);
}

int main(void)
{
    test_good_and_unknown();
    test_chain_bits();
    test_update();
    test_minimum_and_revoked();
    test_size();
    test_person();
    return unit_done();
}
