// SPDX-License-Identifier: GPL-3.0-or-later
// PCR 7 out of a variable store as EDK2 keeps it in flash (MdeModulePkg, VariableFormat.h: a
// firmware volume that holds authenticated variables) and the signature lists in it (UEFI 2.10,
// section 32.4.1).
#include "predict.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

enum {
    PCR_SECURE = 7,
    VOLUME_HEADER = 48, // where its length stands
    STORE_HEADER = 28,
    STORE_HEALTHY = 0xfe,
    STORE_FORMATTED = 0x5a,
    RECORD_HEADER = 60,
    RECORD_START = 0x55aa,
    RECORD_ADDED = 0x3f,
    NAME_MAX_BYTES = 32,
    LIST_HEADER = 28,
    OWNER = 16,
    DATA_MAX = 1 << 20,
};

static const uint8_t GLOBAL[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                   0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
static const uint8_t SECURITY[16] = {0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
                                     0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f};
static const uint8_t ENABLE[16] = {0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45,
                                   0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44};
static const uint8_t X509[16] = {0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
                                 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72};

struct range {
    const uint8_t *at;
    size_t size;
};

static uint64_t number(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

// The variables' bytes; empty: this is no variable store.
static struct range store_find(const struct predict_file *file)
{
    if (file->size < 4096 || memcmp(file->bytes + 40, "_FVH", 4) != 0)
        return (struct range){0};
    size_t at = number(file->bytes + VOLUME_HEADER, 2);
    if (at > file->size - STORE_HEADER)
        return (struct range){0};
    size_t size = number(file->bytes + at + 16, 4);
    if (file->bytes[at + 20] != STORE_FORMATTED || file->bytes[at + 21] != STORE_HEALTHY ||
        size < STORE_HEADER || size > file->size - at)
        return (struct range){0};
    return (struct range){file->bytes + at + STORE_HEADER, size - STORE_HEADER};
}

// UTF-16 from ASCII; returns the bytes.
static size_t name_widen(const char *name, uint8_t out[static NAME_MAX_BYTES])
{
    size_t size = 0;

    for (; *name && size < NAME_MAX_BYTES; name++) {
        out[size++] = (uint8_t)*name;
        out[size++] = 0;
    }
    return size;
}

// The value of a variable; an empty range if there is none.
static struct range variable_find(struct range store, const uint8_t vendor[16], const char *name)
{
    uint8_t wide[NAME_MAX_BYTES];
    const size_t wide_size = name_widen(name, wide);
    size_t at = 0;

    while (store.size - at >= RECORD_HEADER && number(store.at + at, 2) == RECORD_START) {
        const uint8_t *record = store.at + at;
        const uint64_t name_size = number(record + 36, 4), size = number(record + 40, 4);
        const size_t room = store.size - at - RECORD_HEADER;
        if (name_size > room || size > room - name_size)
            break;
        if (record[2] == RECORD_ADDED && memcmp(record + 44, vendor, 16) == 0 &&
            name_size == wide_size + 2 && memcmp(record + RECORD_HEADER, wide, wide_size) == 0)
            return (struct range){record + RECORD_HEADER + name_size, size};
        at += (RECORD_HEADER + name_size + size + 3) / 4 * 4;
        if (at > store.size)
            break;
    }
    return (struct range){store.at, 0};
}

// UEFI_VARIABLE_DATA (TCG PFP 1.05, section 10.2.6): vendor, two lengths, name, data.
static void variable_add(struct prediction *p, const uint8_t vendor[16], const char *name,
                         struct range data, const char *what)
{
    uint8_t *event = calloc(1, 32 + NAME_MAX_BYTES + data.size);
    uint8_t wide[NAME_MAX_BYTES];
    const size_t wide_size = name_widen(name, wide);

    if (!event)
        abort();
    memcpy(event, vendor, 16);
    event[16] = (uint8_t)strlen(name);
    for (unsigned i = 0; i < 8; i++)
        event[24 + i] = (uint8_t)((uint64_t)data.size >> 8 * i);
    memcpy(event + 32, wide, wide_size);
    memcpy(event + 32 + wide_size, data.at, data.size);
    predict_add(p, PCR_SECURE, event, 32 + wide_size + data.size, what);
    free(event);
}

static bool contains(struct range where, struct range what)
{
    for (size_t at = 0; what.size <= where.size && at <= where.size - what.size; at++)
        if (memcmp(where.at + at, what.at, what.size) == 0)
            return true;
    return false;
}

// The entry of db (owner and certificate) whose certificate the loader's signature brings along;
// empty if there is none.
static struct range authority_find(struct range db, struct range signature)
{
    while (db.size >= LIST_HEADER) {
        const uint64_t size = number(db.at + 16, 4), header = number(db.at + 20, 4);
        const uint64_t each = number(db.at + 24, 4);
        if (size > db.size || size < LIST_HEADER + header || each <= OWNER)
            break;
        for (uint64_t at = LIST_HEADER + header; at + each <= size; at += each) {
            const struct range certificate = {db.at + at + OWNER, each - OWNER};
            if (memcmp(db.at, X509, 16) == 0 && contains(signature, certificate))
                return (struct range){db.at + at, each};
        }
        db.at += size;
        db.size -= size;
    }
    return (struct range){db.at, 0};
}

bool predict_secure(struct prediction *p, const struct predict_file *variables,
                    const struct predict_file *loader)
{
    static const uint8_t on = 1, separator[4];
    struct range store = store_find(variables), signature;

    if (store.size == 0) {
        report_error("%s is no variable store of EDK2's firmware - name the file that the emulator "
                     "has as its second flash, build/keys/vars.fd",
                     variables->path);
        return false;
    }
    const struct range pk = variable_find(store, GLOBAL, "PK");
    const struct range enable = variable_find(store, ENABLE, "SecureBootEnable");
    const struct range db = variable_find(store, SECURITY, "db");
    if (pk.size == 0 || enable.size != 1 || *enable.at != 1) {
        report_error("%s has Secure Boot off, so PCR 7 says nothing about the loader - enrol keys "
                     "with tools/dev/uefi keys",
                     variables->path);
        return false;
    }
    predict_pe_signature(loader, &signature.at, &signature.size);
    const struct range authority = authority_find(db, signature);
    if (authority.size == 0) {
        report_error("%s is not signed by a certificate that stands in db itself - sign it with "
                     "tools/dev/uefi sign",
                     loader->path);
        return false;
    }
    variable_add(p, GLOBAL, "SecureBoot", (struct range){&on, 1}, "SecureBoot is on");
    variable_add(p, GLOBAL, "PK", pk, "PK");
    variable_add(p, GLOBAL, "KEK", variable_find(store, GLOBAL, "KEK"), "KEK");
    variable_add(p, SECURITY, "db", db, "db");
    variable_add(p, SECURITY, "dbx", variable_find(store, SECURITY, "dbx"), "dbx");
    predict_add(p, PCR_SECURE, separator, sizeof(separator), "separator");
    variable_add(p, SECURITY, "db", authority, "the key that vouches for the loader");
    return true;
}
