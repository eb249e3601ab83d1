// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/psbt.h"

static const uint8_t psbt_magic[5] = {'p', 's', 'b', 't', 0xff};

enum psbt_scope { SCOPE_GLOBAL, SCOPE_INPUT, SCOPE_OUTPUT };

enum key_form {
    KEY_NONE,
    KEY_XPUB,       // 78 bytes
    KEY_PUBLIC,     // SEC 1, 33 or 65 bytes
    KEY_XONLY,      // 32 bytes
    KEY_XONLY_LEAF, // x-only key and leaf hash
    KEY_CONTROL,    // control block (BIP-341)
    KEY_20,
    KEY_32,
    KEY_OWNED, // proprietary: identifier, subtype
};

enum value_form {
    VALUE_ANY,
    VALUE_SOME, // not empty
    VALUE_U32,
    VALUE_32,
    VALUE_TX,
    VALUE_OUTPUT,
    VALUE_PATH,     // fingerprint and path
    VALUE_TAP_PATH, // leaf hashes, fingerprint and path
    VALUE_SCHNORR,  // 64 or 65 bytes
    VALUE_TREE,
    VALUE_OTHER_VERSION, // BIP-370: not in version 0
};

struct field_rule {
    uint8_t scope;
    uint8_t type;
    uint8_t key;
    uint8_t value;
};

// BIP-174 "Specification", BIP-371 "Specification", BIP-370 for what version 0 excludes. Inputs'
// 0x09 is a proof of reserves (BIP-127), 0x0a to 0x0d are preimages. The unsigned transaction is
// looked at by transaction_parse.
static const struct field_rule field_rules[] = {
    {SCOPE_GLOBAL, PSBT_GLOBAL_UNSIGNED_TX,       KEY_NONE,       VALUE_ANY          },
    {SCOPE_GLOBAL, PSBT_GLOBAL_XPUB,              KEY_XPUB,       VALUE_PATH         },
    {SCOPE_GLOBAL, 0x02,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_GLOBAL, 0x03,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_GLOBAL, 0x04,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_GLOBAL, 0x05,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_GLOBAL, 0x06,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_GLOBAL, PSBT_GLOBAL_VERSION,           KEY_NONE,       VALUE_U32          },
    {SCOPE_GLOBAL, 0xfc,                          KEY_OWNED,      VALUE_ANY          },
    {SCOPE_INPUT,  PSBT_IN_NON_WITNESS_UTXO,      KEY_NONE,       VALUE_TX           },
    {SCOPE_INPUT,  PSBT_IN_WITNESS_UTXO,          KEY_NONE,       VALUE_OUTPUT       },
    {SCOPE_INPUT,  PSBT_IN_PARTIAL_SIG,           KEY_PUBLIC,     VALUE_SOME         },
    {SCOPE_INPUT,  PSBT_IN_SIGHASH_TYPE,          KEY_NONE,       VALUE_U32          },
    {SCOPE_INPUT,  PSBT_IN_REDEEM_SCRIPT,         KEY_NONE,       VALUE_ANY          },
    {SCOPE_INPUT,  PSBT_IN_WITNESS_SCRIPT,        KEY_NONE,       VALUE_ANY          },
    {SCOPE_INPUT,  PSBT_IN_BIP32_DERIVATION,      KEY_PUBLIC,     VALUE_PATH         },
    {SCOPE_INPUT,  PSBT_IN_FINAL_SCRIPTSIG,       KEY_NONE,       VALUE_ANY          },
    {SCOPE_INPUT,  PSBT_IN_FINAL_SCRIPTWITNESS,   KEY_NONE,       VALUE_ANY          },
    {SCOPE_INPUT,  0x09,                          KEY_NONE,       VALUE_ANY          },
    {SCOPE_INPUT,  0x0a,                          KEY_20,         VALUE_ANY          },
    {SCOPE_INPUT,  0x0b,                          KEY_32,         VALUE_ANY          },
    {SCOPE_INPUT,  0x0c,                          KEY_20,         VALUE_ANY          },
    {SCOPE_INPUT,  0x0d,                          KEY_32,         VALUE_ANY          },
    {SCOPE_INPUT,  0x0e,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_INPUT,  0x0f,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_INPUT,  0x10,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_INPUT,  0x11,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_INPUT,  0x12,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_INPUT,  PSBT_IN_TAP_KEY_SIG,           KEY_NONE,       VALUE_SCHNORR      },
    {SCOPE_INPUT,  PSBT_IN_TAP_SCRIPT_SIG,        KEY_XONLY_LEAF, VALUE_SCHNORR      },
    {SCOPE_INPUT,  PSBT_IN_TAP_LEAF_SCRIPT,       KEY_CONTROL,    VALUE_SOME         },
    {SCOPE_INPUT,  PSBT_IN_TAP_BIP32_DERIVATION,  KEY_XONLY,      VALUE_TAP_PATH     },
    {SCOPE_INPUT,  PSBT_IN_TAP_INTERNAL_KEY,      KEY_NONE,       VALUE_32           },
    {SCOPE_INPUT,  PSBT_IN_TAP_MERKLE_ROOT,       KEY_NONE,       VALUE_32           },
    {SCOPE_INPUT,  0xfc,                          KEY_OWNED,      VALUE_ANY          },
    {SCOPE_OUTPUT, PSBT_OUT_REDEEM_SCRIPT,        KEY_NONE,       VALUE_ANY          },
    {SCOPE_OUTPUT, PSBT_OUT_WITNESS_SCRIPT,       KEY_NONE,       VALUE_ANY          },
    {SCOPE_OUTPUT, PSBT_OUT_BIP32_DERIVATION,     KEY_PUBLIC,     VALUE_PATH         },
    {SCOPE_OUTPUT, 0x03,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_OUTPUT, 0x04,                          KEY_NONE,       VALUE_OTHER_VERSION},
    {SCOPE_OUTPUT, PSBT_OUT_TAP_INTERNAL_KEY,     KEY_NONE,       VALUE_32           },
    {SCOPE_OUTPUT, PSBT_OUT_TAP_TREE,             KEY_NONE,       VALUE_TREE         },
    {SCOPE_OUTPUT, PSBT_OUT_TAP_BIP32_DERIVATION, KEY_XONLY,      VALUE_TAP_PATH     },
    {SCOPE_OUTPUT, 0xfc,                          KEY_OWNED,      VALUE_ANY          },
};

static bool public_key_form(struct span key)
{
    if (key.size == 33)
        return key.at[0] == 2 || key.at[0] == 3;
    return key.size == 65 && key.at[0] == 4;
}

static bool key_good(uint32_t form, struct span key)
{
    struct reader r = reader_of_span(key);
    switch (form) {
    case KEY_NONE:
        return key.size == 0;
    case KEY_XPUB:
        return key.size == 78;
    case KEY_PUBLIC:
        return public_key_form(key);
    case KEY_XONLY:
    case KEY_32:
        return key.size == 32;
    case KEY_XONLY_LEAF:
        return key.size == 64;
    case KEY_CONTROL: // BIP-341: 33 + 32 m bytes, m at most 128
        return key.size >= 33 && key.size <= 33 + 32 * 128 && (key.size - 33) % 32 == 0;
    case KEY_20:
        return key.size == 20;
    case KEY_OWNED:
        read_counted(&r);
        read_compact(&r);
        return r.fault == BYTES_OK;
    default:
        return false;
    }
}

static bool path_form(struct span value)
{
    return value.size >= 4 && value.size % 4 == 0;
}

static bool tap_path_form(struct span value)
{
    struct reader r = reader_of_span(value);
    uint64_t hashes = read_compact(&r);
    if (hashes > reader_left(&r) / 32)
        return false;
    read_span(&r, hashes * 32);
    return r.fault == BYTES_OK && path_form((struct span){r.at, reader_left(&r)});
}

static bool output_form(struct span value)
{
    struct reader r = reader_of_span(value);
    tx_output_next(&r);
    return r.fault == BYTES_OK && reader_left(&r) == 0;
}

// BIP-371: depth, leaf version, script, repeated. Depth at most 128, leaf versions even (BIP-341).
static bool tree_form(struct span value)
{
    struct reader r = reader_of_span(value);
    if (value.size == 0)
        return false;
    while (reader_left(&r) != 0) {
        uint8_t depth = read_u8(&r);
        uint8_t version = read_u8(&r);
        read_counted(&r);
        if (depth > 128 || version % 2 != 0)
            return false;
    }
    return r.fault == BYTES_OK;
}

static bool tx_form(struct span value)
{
    struct tx tx;
    return tx_parse(value, TX_ANY, &tx) == ERR_OK;
}

static bool value_good(uint32_t form, struct span value)
{
    switch (form) {
    case VALUE_ANY:
        return true;
    case VALUE_SOME:
        return value.size != 0;
    case VALUE_U32:
        return value.size == 4;
    case VALUE_32:
        return value.size == 32;
    case VALUE_TX:
        return tx_form(value);
    case VALUE_OUTPUT:
        return output_form(value);
    case VALUE_PATH:
        return path_form(value);
    case VALUE_TAP_PATH:
        return tap_path_form(value);
    case VALUE_SCHNORR:
        return value.size == 64 || value.size == 65;
    case VALUE_TREE:
        return tree_form(value);
    default:
        return false;
    }
}

// 0, or the refusal a field of a known type deserves.
static uint32_t field_fault(uint32_t scope, const struct psbt_field *field)
{
    for (size_t i = 0; i < sizeof(field_rules) / sizeof(field_rules[0]); i++) {
        const struct field_rule *rule = &field_rules[i];
        if (rule->scope != scope || rule->type != field->type)
            continue;
        if (!key_good(rule->key, field->key))
            return REFUSAL_FIELD;
        if (!value_good(rule->value, field->value))
            return rule->value == VALUE_TX ? REFUSAL_PREVIOUS_BAD : REFUSAL_FIELD;
        // The path has as many steps as the key's depth, its fifth byte (BIP-32).
        if (rule->key == KEY_XPUB && field->value.size / 4 - 1 != field->key.at[4])
            return REFUSAL_FIELD;
        return 0;
    }
    return 0;
}

// A field at the cursor. False: at the separator or at the end (which of them, r->fault tells).
static bool field_read(struct reader *r, struct psbt_field *out, bool *has_type)
{
    const uint8_t *start = r->at;
    struct span key = read_counted(r);
    if (key.size == 0)
        return false;
    out->value = read_counted(r);
    struct reader k = reader_of_span(key);
    out->type = read_compact(&k);
    out->key = (struct span){k.at, reader_left(&k)};
    out->whole = (struct span){start, (size_t)(r->at - start)};
    *has_type = k.fault == BYTES_OK;
    return r->fault == BYTES_OK;
}

bool psbt_field_next(struct reader *map, struct psbt_field *out)
{
    bool has_type;
    return reader_left(map) != 0 && field_read(map, out, &has_type) && has_type;
}

bool psbt_field_find(struct span map, uint64_t type, struct psbt_field *out)
{
    struct psbt_field field;
    struct reader r = reader_of_span(map);
    while (psbt_field_next(&r, &field))
        if (field.type == type) {
            *out = field;
            return true;
        }
    return false;
}

// Does the same key (type and key data) stand in this part of a map?
static bool key_in(struct span map, const struct psbt_field *wanted)
{
    struct psbt_field field;
    struct reader r = reader_of_span(map);
    while (psbt_field_next(&r, &field))
        if (field.type == wanted->type && span_equal(field.key, wanted->key))
            return true;
    return false;
}

static err_t reader_refusal(const struct reader *r, uint32_t index, struct refusal *why)
{
    return refusal_set(why, r->fault == BYTES_FORM ? REFUSAL_COMPACT_SIZE : REFUSAL_TRUNCATED,
                       index);
}

static err_t map_parse(struct reader *r, uint32_t scope, uint32_t index, struct span *out,
                       struct refusal *why)
{
    struct psbt_field field;
    bool has_type;
    const uint8_t *start = r->at;
    struct span map = {start, 0};
    for (uint32_t count = 0; field_read(r, &field, &has_type); count++) {
        if (count == PSBT_FIELDS_MAX)
            return refusal_set(why, REFUSAL_MANY_FIELDS, index);
        if (!has_type)
            return refusal_set(why, REFUSAL_FIELD, index);
        if (key_in(map, &field))
            return refusal_set(why, REFUSAL_DUPLICATE_KEY, index);
        uint32_t fault = field_fault(scope, &field);
        if (fault != 0)
            return refusal_set(why, fault, index);
        map.size = (size_t)(r->at - start);
    }
    if (r->fault != BYTES_OK)
        return reader_refusal(r, index, why);
    *out = map;
    return ERR_OK;
}

// The unsigned transaction: without witness serialisation and with empty scripts (BIP-174).
static err_t transaction_parse(struct psbt *psbt, struct refusal *why)
{
    struct psbt_field field;
    if (!psbt_field_find(psbt->global, PSBT_GLOBAL_UNSIGNED_TX, &field))
        return refusal_set(why, REFUSAL_TRANSACTION_MISSING, 0);
    if (tx_parse(field.value, TX_STRIPPED, &psbt->tx) != ERR_OK)
        return refusal_set(why, REFUSAL_TRANSACTION, 0);
    psbt->unsigned_tx = field.value;
    if (psbt->tx.input_count > PSBT_INPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_INPUTS, 0);
    if (psbt->tx.output_count > PSBT_OUTPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_OUTPUTS, 0);
    struct reader inputs = reader_of_span(psbt->tx.inputs);
    for (uint32_t i = 0; i < psbt->tx.input_count; i++)
        if (tx_input_next(&inputs).script.size != 0)
            return refusal_set(why, REFUSAL_TRANSACTION, i);
    return ERR_OK;
}

// Version 2 (BIP-370) is to be called by its name, not by the fields that version 0 excludes.
static bool other_version(struct span rest)
{
    struct psbt_field field;
    bool has_type;
    struct reader r = reader_of_span(rest);
    for (uint32_t count = 0; count < PSBT_FIELDS_MAX && field_read(&r, &field, &has_type); count++)
        if (has_type && field.type == PSBT_GLOBAL_VERSION && field.key.size == 0 &&
            field.value.size == 4 && memcmp(field.value.at, (const uint8_t[4]){0}, 4) != 0)
            return true;
    return false;
}

err_t psbt_parse(const uint8_t *data, size_t size, struct psbt *out, struct refusal *why)
{
    memset(out, 0, sizeof(*out));
    out->bytes = (struct span){data, size};
    if (size > PSBT_MAX)
        return refusal_set(why, REFUSAL_OVERSIZED, 0);
    struct reader r = reader_of(data, size);
    struct span magic = read_span(&r, sizeof(psbt_magic));
    if (r.fault != BYTES_OK)
        return refusal_set(why, REFUSAL_TRUNCATED, 0);
    if (memcmp(magic.at, psbt_magic, sizeof(psbt_magic)) != 0)
        return refusal_set(why, REFUSAL_MAGIC, 0);
    if (other_version((struct span){r.at, reader_left(&r)}))
        return refusal_set(why, REFUSAL_VERSION, 0);
    err_t err = map_parse(&r, SCOPE_GLOBAL, 0, &out->global, why);
    if (err == ERR_OK)
        err = transaction_parse(out, why);
    for (uint32_t i = 0; err == ERR_OK && i < out->tx.input_count; i++)
        err = map_parse(&r, SCOPE_INPUT, i, &out->inputs[i], why);
    for (uint32_t i = 0; err == ERR_OK && i < out->tx.output_count; i++)
        err = map_parse(&r, SCOPE_OUTPUT, i, &out->outputs[i], why);
    if (err == ERR_OK && reader_left(&r) != 0)
        err = refusal_set(why, REFUSAL_TRAILING, 0);
    return err;
}
