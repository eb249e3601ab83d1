// SPDX-License-Identifier: GPL-3.0-or-later
// cella chain show and verify.
#include "chain.h"
#include "format/chain_list.h"
#include "json.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const states[] = {"", "held", "given away", "revoked"};

static void hash_print(const char *what, const uint8_t hash[CHAIN_HASH])
{
    printf("%s", what);
    for (size_t i = 0; i < CHAIN_HASH; i++)
        printf("%02x", hash[i]);
    printf("\n");
}

static void time_text(uint64_t seconds, char out[32])
{
    const time_t when = (time_t)seconds;
    struct tm utc;
    out[0] = '\0';
    if (gmtime_r(&when, &utc) != NULL)
        strftime(out, 32, "%Y-%m-%d %H:%M:%S", &utc);
}

static void entry_print(const struct chain *chain, uint32_t i, const struct chain_entry *e)
{
    char when[32];
    time_text(e->time, when);
    printf("%5u  %s  %-8s %s", i, when, chain_operation_name(e->operation), e->name);
    if (chain->recovered[i])
        printf("the chain, by its recovery key");
    else if (e->operation == CHAIN_CLAIM && e->name[0] == '\0')
        printf("the chain, for another key");
    else if (e->operation == CHAIN_REVOKE && e->name[0] == '\0')
        printf("the chain");
    printf("\n");
}

static void program_print(const struct program_register *p)
{
    printf("    version %llu, at least %llu%s, %llu bytes\n", (unsigned long long)p->version,
           (unsigned long long)p->minimum, p->revoked ? ", revoked" : "",
           (unsigned long long)p->size);
    hash_print("    code    ", p->code_root);
    hash_print("    package ", p->package_root);
}

// Bytes of a stranger: shown as text only if that is what they are.
static void value_print(struct span value)
{
    bool text = true;
    for (size_t i = 0; i < value.size; i++)
        text = text && value.at[i] >= ' ' && value.at[i] <= '~';
    printf("    ");
    for (size_t i = 0; i < value.size; i++)
        printf(text ? "%c" : "%02x", value.at[i]);
    printf("\n");
}

static void list_print(const struct chain *chain, const char *name)
{
    uint8_t head[CHAIN_HASH];
    uint32_t count;
    enum chain_refusal why;
    if (chain_list_head(chain, name, head, &count, &why) == ERR_OK)
        hash_print("    head    ", head);
}

static void register_print(const struct chain *chain, const struct chain_register *reg)
{
    struct program_register program;
    struct span value;
    enum chain_refusal why;
    printf("%s  %s, %s, written %u times\n", reg->name, chain_type_name(reg->type),
           states[reg->state], reg->writes);
    if (reg->state == CHAIN_GIVEN)
        hash_print("    to      ", reg->peer);
    if (reg->claimed)
        hash_print("    from    ", reg->peer);
    if (reg->type == REGISTER_OBJECT && chain_program(chain, reg->name, &program, &why) == ERR_OK)
        program_print(&program);
    else if (reg->type != REGISTER_OBJECT && chain_value(chain, reg->name, &value, &why) == ERR_OK)
        value_print(value);
    if (reg->type == REGISTER_APPEND)
        list_print(chain, reg->name);
}

static void show_text(const struct chain *chain)
{
    struct chain_entry e;
    hash_print("publisher ", chain->id);
    hash_print("head      ", chain->hash[chain->count - 1]);
    printf("%u entries, %u recoveries%s\n", chain->count, chain->recoveries,
           chain->revoked ? ", REVOKED: nothing that it vouched for holds" : "");
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain_entry_at(chain, i, &e) == ERR_OK)
            entry_print(chain, i, &e);
    for (uint32_t i = 0; i < chain->register_count; i++)
        register_print(chain, &chain->registers[i]);
}

static void json_name_hex(const char *name, const uint8_t *at, size_t size)
{
    printf(",\"%s\":", name);
    json_hex(stdout, at, size);
}

static void json_program(const struct program_register *p)
{
    printf(",\"version\":%llu,\"minimum\":%llu,\"size\":%llu,\"revoked\":%s",
           (unsigned long long)p->version, (unsigned long long)p->minimum,
           (unsigned long long)p->size, p->revoked ? "true" : "false");
    json_name_hex("code_root", p->code_root, REGISTER_HASH);
    json_name_hex("package_root", p->package_root, REGISTER_HASH);
}

static void json_register(const struct chain *chain, const struct chain_register *reg)
{
    struct program_register program;
    struct span value;
    enum chain_refusal why;
    uint8_t head[CHAIN_HASH];
    uint32_t count;
    printf("{\"name\":");
    json_string(stdout, reg->name);
    printf(",\"type\":\"%s\",\"state\":\"%s\",\"writes\":%u", chain_type_name(reg->type),
           states[reg->state], reg->writes);
    if (reg->state == CHAIN_GIVEN)
        json_name_hex("to", reg->peer, CHAIN_HASH);
    if (reg->claimed)
        json_name_hex("from", reg->peer, CHAIN_HASH);
    if (reg->type == REGISTER_OBJECT && chain_program(chain, reg->name, &program, &why) == ERR_OK)
        json_program(&program);
    else if (reg->type != REGISTER_OBJECT && chain_value(chain, reg->name, &value, &why) == ERR_OK)
        json_name_hex("value", value.at, value.size);
    if (reg->type == REGISTER_APPEND &&
        chain_list_head(chain, reg->name, head, &count, &why) == ERR_OK)
        json_name_hex("head", head, sizeof head);
    printf("}");
}

static void json_entry(const struct chain *chain, uint32_t i, const struct chain_entry *e)
{
    printf("{\"sequence\":%u,\"time\":%llu,\"operation\":\"%s\",\"register\":", i,
           (unsigned long long)e->time, chain_operation_name(e->operation));
    json_string(stdout, e->name);
    printf(",\"recovery\":%s", chain->recovered[i] ? "true" : "false");
    json_name_hex("hash", e->hash, CHAIN_HASH);
    printf("}");
}

static void show_json(const struct chain *chain)
{
    struct chain_entry e;
    printf("{\"publisher\":");
    json_hex(stdout, chain->id, CHAIN_HASH);
    json_name_hex("head", chain->hash[chain->count - 1], CHAIN_HASH);
    printf(",\"revoked\":%s,\"recoveries\":%u,\"entries\":[", chain->revoked ? "true" : "false",
           chain->recoveries);
    for (uint32_t i = 0; i < chain->count; i++) {
        printf("%s", i > 0 ? "," : "");
        if (chain_entry_at(chain, i, &e) == ERR_OK)
            json_entry(chain, i, &e);
    }
    printf("],\"registers\":[");
    for (uint32_t i = 0; i < chain->register_count; i++) {
        printf("%s", i > 0 ? "," : "");
        json_register(chain, &chain->registers[i]);
    }
    printf("]}\n");
}

int chain_part_show(int argc, char **argv)
{
    bool json = false;
    const struct option_rule rules[] = {
        {"--json", NULL, &json},
        {0  }
    };
    struct operands o;
    struct chain_folder f;
    if (!chain_options(argc, argv, rules, "show", 1, 1, &o))
        return EXIT_UNABLE;
    if (!chain_folder_open(&f, o.at[0], false))
        return f.refused ? EXIT_NO : EXIT_UNABLE;
    (json ? show_json : show_text)(&f.chain);
    chain_folder_close(&f);
    return EXIT_GOOD;
}

// Whether the chain may take the place of an older state of it. The exit code; if it is not
// EXIT_GOOD, it was said.
static int known_check(const char *path, const struct chain *chain)
{
    struct chain_folder older;
    struct chain_memory known;
    enum chain_refusal why = CHAIN_GOOD;
    if (!chain_folder_open(&older, path, false))
        return older.refused ? EXIT_NO : EXIT_UNABLE;
    chain_remember(&older.chain, &known);
    chain_folder_close(&older);
    if (chain_compare(&known, chain, &why) == ERR_OK)
        return EXIT_GOOD;
    report_error("beside %s: %s", path, chain_sentence(why));
    return EXIT_NO;
}

int chain_part_verify(int argc, char **argv)
{
    const char *known = NULL;
    const struct option_rule rules[] = {
        {"--known", &known, NULL},
        {0    }
    };
    struct operands o;
    struct chain_folder f;
    if (!chain_options(argc, argv, rules, "verify", 1, 1, &o))
        return EXIT_UNABLE;
    if (!chain_folder_open(&f, o.at[0], false))
        return f.refused ? EXIT_NO : EXIT_UNABLE;
    const int code = known ? known_check(known, &f.chain) : EXIT_GOOD;
    if (code == EXIT_GOOD) {
        printf("good: %u entries, %u recoveries%s; whether there is a newer state, a chain cannot "
               "say\n",
               f.chain.count, f.chain.recoveries, f.chain.revoked ? ", revoked" : "");
        hash_print("publisher ", f.chain.id);
    }
    chain_folder_close(&f);
    return code;
}
