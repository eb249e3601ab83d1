// SPDX-License-Identifier: GPL-3.0-or-later
// Microsoft Portable Executable and Common Object File Format Specification 8.3 and Windows
// Authenticode Portable Executable Signature Format 1.0: the hash leaves out the checksum, the
// entry of the certificate table and the table itself.
#include "crypto/sha.h"
#include "predict.h"
#include "report.h"

#include <string.h>

enum {
    DOS_PE = 0x3c,
    COFF_SIZE = 24, // with the signature "PE\0\0"
    COFF_SECTIONS = 6,
    COFF_OPTIONAL = 20,
    MAGIC_PLUS = 0x20b,
    OPTIONAL_MIN = 112 + 5 * 8,
    OPTIONAL_HEADERS = 60,
    OPTIONAL_CHECKSUM = 64,
    OPTIONAL_DIRECTORIES = 108,
    OPTIONAL_CERTIFICATES = 144,
    SECTION_SIZE = 40,
    SECTION_BYTES = 16,
    SECTION_PLACE = 20,
    SECTIONS_MAX = 96,
};

struct pe {
    const uint8_t *bytes;
    size_t size;
    size_t optional, sections; // where they begin
    uint32_t section_count, headers;
    uint32_t signature, signature_size; // the certificate table
};

static uint32_t number(const uint8_t *at, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

// NULL: all is well; else what is wrong.
static const char *pe_read(const struct predict_file *file, struct pe *pe)
{
    *pe = (struct pe){.bytes = file->bytes, .size = file->size};
    if (pe->size < 64 || memcmp(pe->bytes, "MZ", 2) != 0)
        return "it does not begin as a program for UEFI does";
    size_t at = number(pe->bytes + DOS_PE, 4);
    if (at > pe->size || pe->size - at < COFF_SIZE + OPTIONAL_MIN ||
        memcmp(pe->bytes + at, "PE\0\0", 4) != 0)
        return "its PE header is not in the file";
    uint32_t optional = number(pe->bytes + at + COFF_OPTIONAL, 2);
    pe->section_count = number(pe->bytes + at + COFF_SECTIONS, 2);
    pe->optional = at + COFF_SIZE;
    pe->sections = pe->optional + optional;
    if (number(pe->bytes + pe->optional, 2) != MAGIC_PLUS || optional < OPTIONAL_MIN ||
        number(pe->bytes + pe->optional + OPTIONAL_DIRECTORIES, 4) < 5)
        return "it is not a 64-bit image with a place for signatures";
    pe->headers = number(pe->bytes + pe->optional + OPTIONAL_HEADERS, 4);
    if (pe->section_count > SECTIONS_MAX || pe->headers > pe->size ||
        pe->sections + (size_t)pe->section_count * SECTION_SIZE > pe->headers)
        return "its headers do not fit together";
    pe->signature = number(pe->bytes + pe->optional + OPTIONAL_CERTIFICATES, 4);
    pe->signature_size = number(pe->bytes + pe->optional + OPTIONAL_CERTIFICATES + 4, 4);
    if (pe->signature_size != 0 && (pe->signature < pe->headers || pe->signature > pe->size ||
                                    pe->signature_size != pe->size - pe->signature))
        return "its signature is not at the end of the file";
    return NULL;
}

// The sections in the order of their places in the file. Returns the bytes hashed so far; 0: one
// lies outside.
static size_t sections_hash(const struct pe *pe, struct sha256 *sha)
{
    uint8_t done[SECTIONS_MAX] = {0};
    size_t sum = pe->headers, content = pe->size - pe->signature_size;

    for (uint32_t i = 0; i < pe->section_count; i++) {
        uint32_t first = SECTIONS_MAX, place = UINT32_MAX, bytes = 0;
        for (uint32_t j = 0; j < pe->section_count; j++) {
            const uint8_t *section = pe->bytes + pe->sections + (size_t)j * SECTION_SIZE;
            if (!done[j] && (first == SECTIONS_MAX || number(section + SECTION_PLACE, 4) < place)) {
                first = j;
                place = number(section + SECTION_PLACE, 4);
                bytes = number(section + SECTION_BYTES, 4);
            }
        }
        done[first] = 1;
        if (bytes == 0)
            continue;
        if (place > content || bytes > content - place)
            return 0;
        sha256_update(sha, pe->bytes + place, bytes);
        sum += bytes;
    }
    return sum;
}

bool predict_pe_hash(const struct predict_file *loader, uint8_t out[PREDICT_SIZE])
{
    struct pe pe;
    struct sha256 sha;
    const char *wrong = pe_read(loader, &pe);

    if (!wrong) {
        const size_t checksum = pe.optional + OPTIONAL_CHECKSUM;
        const size_t entry = pe.optional + OPTIONAL_CERTIFICATES;
        sha256_init(&sha);
        sha256_update(&sha, pe.bytes, checksum);
        sha256_update(&sha, pe.bytes + checksum + 4, entry - checksum - 4);
        sha256_update(&sha, pe.bytes + entry + 8, pe.headers - entry - 8);
        size_t sum = sections_hash(&pe, &sha), content = pe.size - pe.signature_size;
        if (sum == 0 || sum > content)
            wrong = "a section lies outside the file";
        else
            sha256_update(&sha, pe.bytes + sum, content - sum);
    }
    if (wrong) {
        report_error("%s is no loader: %s - name the signed loader, build/BOOTX64.signed.EFI",
                     loader->path, wrong);
        return false;
    }
    sha256_final(&sha, out);
    return true;
}

void predict_pe_signature(const struct predict_file *loader, const uint8_t **at, size_t *size)
{
    struct pe pe;
    const bool good = pe_read(loader, &pe) == NULL;

    *at = good ? pe.bytes + pe.signature : loader->bytes;
    *size = good ? pe.signature_size : 0;
}
