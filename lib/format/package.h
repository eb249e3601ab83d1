// SPDX-License-Identifier: GPL-3.0-or-later
// A package, `.cella`: one app in one file (docs/package.md).
//
//     struct package_header | file table | files ... | zeroes to a whole page    the archive
//     root of the Merkle tree over the archive's pages (format/merkle.h)          32 bytes
//     the developer's chain (format/chain.h), to the end                          absent: unsigned
//
// Everything is little-endian. There is one archive for the same files: the table is sorted by name
// (bytes), each file begins as early as PACKAGE_ALIGN allows behind the one before it, and all else
// is zero and is checked to be. The files are
//
//     image           what the entry in `plan` describes: parts, code tree, relocations, filled up
//                     to whole pages; the app's resources among the constants
//                     (format/resources.h)
//     manifest.toml   what the developer wrote, for people; the device shows what `plan` says
//     plan            struct plan_app with its grants (abi/plan.h): what the installer proposes.
//                     Publisher and `known` are 0: the chain and the device say those.
//
// Who signs does so by writing a program register that names root and code root onto his chain.
// Pure code, total: any bytes give an answer. Pointers go into the package's bytes, which the
// caller keeps, aligned to PACKAGE_ALIGN, and does not change. Nothing in it is secret.
#pragma once
#include "abi/plan.h"
#include "format/chain.h"

enum {
    PACKAGE_FORMAT = 1,
    PACKAGE_MAX = 1 << 20, // bytes, chain included
    PACKAGE_FILES = 64,    // most files
    PACKAGE_NAME = 64,     // bytes of a name, zero-padded, at least one zero
    PACKAGE_ALIGN = 32,
    PACKAGE_HASH = 32,
    PACKAGE_MANIFEST_MAX = 65536, // bytes
};

#define PACKAGE_MAGIC 0x4b434150414c4543u // "CELAPACK"

enum package_kind {
    PACKAGE_FILE = 1,
    PACKAGE_LINK = 2, // a number of its own so that its refusal is; never taken
};

struct package_header {
    uint64_t magic;
    uint32_t format;
    uint32_t file_count;
    uint64_t size; // of the archive: whole pages
    uint64_t zero;
};

struct package_file {
    char name[PACKAGE_NAME];
    uint32_t kind; // enum package_kind
    uint32_t offset;
    uint32_t size;
    uint32_t zero;
};

// Why a package is refused. package_sentence() says it in words.
enum package_refusal {
    PACKAGE_GOOD = 0,
#define REFUSAL(name, sentence) PACKAGE_REFUSED_##name,
#include "format/package_refusal.def"
#undef REFUSAL
    PACKAGE_REFUSAL_COUNT,
};

// A package whose structure, root and program were checked; nobody has vouched for it yet.
struct package {
    const uint8_t *bytes;
    size_t size; // of the archive
    const uint8_t *root;
    const struct package_file *files;
    uint32_t file_count;
    const struct plan_app *app; // name, version, number, code root, image: offsets into `image`
    const struct plan_grant *grants; // app->grant_count
    struct span image, manifest;
    struct span chain; // empty: unsigned
};

// Structure, root, plan, image and its code tree. Errors: BAD_DATA; `why` says why.
MUST_USE err_t package_open(const uint8_t *bytes, size_t size, struct package *out,
                            enum package_refusal *why);

// The file of that name; size 0 and a null pointer if there is none.
struct span package_find(const struct package *package, const char *name);

// The program's constants, at the beginning of which its resources are (format/resources.h).
struct span package_constants(const struct package *package);

// What the device knows. Each pointer may be null.
struct package_rules {
    const struct chain *user; // the device's own chain
    const uint8_t *publisher; // PUBLISHER_SIZE bytes: of the app of this name that is there
    uint64_t number;          // and its version
};

struct package_verdict {
    uint32_t refusal; // enum package_refusal
    uint32_t chain;   // enum chain_refusal, if `refusal` is PACKAGE_REFUSED_CHAIN
    uint32_t entry;   // of the chain, at which that was found
};

// May it be installed: does its chain vouch for exactly this package and its code, not revoked, not
// below the minimum, and does it follow what is there? `chain` is room, and then the verified
// chain, whose id is the publisher; whether it follows what is known of that publisher is the
// caller's to ask (chain_compare). Errors: BAD_SIGNATURE (its chain does not hold), DENIED; `out`
// says why.
MUST_USE err_t package_judge(const struct package *package, const struct package_rules *rules,
                             struct chain *chain, struct package_verdict *out);

// What the developer's chain has to say of this package, revoked and minimum aside: 0. For whoever
// signs.
void package_register(const struct package *package, struct program_register *out);

// The sentence for a person: what is wrong and what to do; for a verdict, that of its chain too.
const char *package_refusal_sentence(uint32_t refusal);
const char *package_sentence(const struct package_verdict *verdict);
