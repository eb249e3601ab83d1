// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/register.h"
#include "format/item.h"

bool register_name_good(const char *name, size_t length)
{
    if (length == 0 || length > REGISTER_NAME)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || (c != '-' && c != '_' && c != '.')))
            return false;
    }
    return true;
}

static bool program_good(const struct program_register *p)
{
    return register_name_good(p->name, text_length(p->name, REGISTER_NAME + 1)) &&
           p->version != 0 && p->architecture == PROGRAM_X86_64 && p->size != 0 &&
           p->minimum <= p->version;
}

err_t program_encode(const struct program_register *program, uint8_t *out, size_t cap, size_t *size)
{
    struct writer w = writer_of(out, cap);
    if (!program_good(program))
        return ERR_BAD_ARGUMENT;
    write_item(&w, ITEM_MAP, PROGRAM_FIELD_LAST);
    write_string(&w, PROGRAM_FIELD_NAME, ITEM_TEXT, program->name,
                 text_length(program->name, REGISTER_NAME));
    write_number(&w, PROGRAM_FIELD_VERSION, program->version);
    write_number(&w, PROGRAM_FIELD_ARCHITECTURE, program->architecture);
    write_number(&w, PROGRAM_FIELD_SIZE, program->size);
    write_string(&w, PROGRAM_FIELD_CODE_ROOT, ITEM_BYTES, program->code_root, REGISTER_HASH);
    write_string(&w, PROGRAM_FIELD_PACKAGE_ROOT, ITEM_BYTES, program->package_root, REGISTER_HASH);
    write_number(&w, PROGRAM_FIELD_MINIMUM, program->minimum);
    write_number(&w, PROGRAM_FIELD_REVOKED, program->revoked);
    if (w.full)
        return ERR_TOO_SMALL;
    *size = writer_size(&w);
    return ERR_OK;
}

static bool field_take(struct reading *r, uint32_t field)
{
    uint64_t key;
    return item_get(r, ITEM_NUMBER, &key) && key == field;
}

static bool number_take(struct reading *r, uint32_t field, uint64_t max, uint64_t *out)
{
    return field_take(r, field) && item_get(r, ITEM_NUMBER, out) && *out <= max;
}

static bool name_take(struct reading *r, char out[REGISTER_NAME + 1])
{
    size_t size;
    const uint8_t *at =
        field_take(r, PROGRAM_FIELD_NAME) ? string_get(r, ITEM_TEXT, REGISTER_NAME, &size) : NULL;
    if (at == NULL || !register_name_good((const char *)at, size))
        return false;
    memcpy(out, at, size);
    return true;
}

static bool hash_take(struct reading *r, uint32_t field, uint8_t out[REGISTER_HASH])
{
    size_t size;
    const uint8_t *at =
        field_take(r, field) ? string_get(r, ITEM_BYTES, REGISTER_HASH, &size) : NULL;
    if (at == NULL || size != REGISTER_HASH)
        return false;
    memcpy(out, at, size);
    return true;
}

err_t program_decode(struct span value, struct program_register *out)
{
    struct reading r = {.data = value.at, .size = value.size};
    struct program_register p = {.version = 0};
    uint64_t fields, architecture = 0, revoked = 0;
    if (!item_get(&r, ITEM_MAP, &fields) || fields != PROGRAM_FIELD_LAST ||
        !name_take(&r, p.name) || !number_take(&r, PROGRAM_FIELD_VERSION, UINT64_MAX, &p.version) ||
        !number_take(&r, PROGRAM_FIELD_ARCHITECTURE, UINT32_MAX, &architecture) ||
        !number_take(&r, PROGRAM_FIELD_SIZE, UINT64_MAX, &p.size) ||
        !hash_take(&r, PROGRAM_FIELD_CODE_ROOT, p.code_root) ||
        !hash_take(&r, PROGRAM_FIELD_PACKAGE_ROOT, p.package_root) ||
        !number_take(&r, PROGRAM_FIELD_MINIMUM, UINT64_MAX, &p.minimum) ||
        !number_take(&r, PROGRAM_FIELD_REVOKED, 1, &revoked) || r.at != r.size)
        return ERR_BAD_DATA;
    p.architecture = (uint32_t)architecture;
    p.revoked = revoked != 0;
    if (!program_good(&p))
        return ERR_BAD_DATA;
    *out = p;
    return ERR_OK;
}
