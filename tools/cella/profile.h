// SPDX-License-Identifier: GPL-3.0-or-later
// A profile and the manifests it names (docs/manifest.md), read and judged as a whole. Whatever
// passes here has a plan; the errors name file, line and, for a misspelt word, the nearest valid
// one.
#pragma once
#include "abi/plan.h"
#include "common/complaint.h"
#include "gen/names.h"
#include "toml.h"

enum {
    PROFILE_PATH = 192,
    PROFILE_SERVICES = START_SERVICES,
    PROFILE_CELLS = PLAN_CELLS_MAX,
    PROFILE_SLOTS_LEAST = 128, // more than START_SLOT_FREE
    PROFILE_SLOTS_MOST = 65536,
    APP_PRIORITY_MOST = 149, // of an app that is installed: below the installer's
};

// Where files come from: the folder that paths in a profile start from, or a test's memory.
// Returns malloc'ed text, NULL if there is no such file.
struct source {
    void *context;
    char *(*read)(void *context, const char *path, size_t *size);
};

struct permission {
    uint32_t service; // 0: none
    uint64_t methods; // bit n: method n
    uint64_t consent; // those that it may ask the person for
    unsigned line;
};

struct profile_cell {
    char folder[PROFILE_PATH];   // "services/vault"
    char manifest[PROFILE_PATH]; // path of its manifest
    char program[BUNDLE_NAME];   // last part of the folder: names image and manifest in the bundle
    char *text;                  // of the manifest, owned
    size_t text_size;
    unsigned line; // in the profile
    struct plan_cell plan;
    char version[BUNDLE_NAME]; // of an app; empty and 0 if its manifest names none
    uint64_t number;
    unsigned service_line, priority_line, devices_line, seed_line;
    struct permission permissions[PROFILE_SERVICES]; // by service number
};

struct profile {
    char path[PROFILE_PATH];
    char *text; // owned
    size_t text_size;
    char name[BUNDLE_NAME];
    char version[BUNDLE_NAME];
    uint64_t rollback_index;
    struct plan_ceiling ceiling; // of apps that are installed later
    struct profile_cell cells[PROFILE_CELLS];
    uint32_t cell_count;
};

enum profile_message {
    PROFILE_FINE,
#define MESSAGE(name, text) PROFILE_##name,
#include "profile_messages.def"
#undef MESSAGE
    PROFILE_MESSAGE_COUNT,
};

bool profile_complain(struct complaint *c, const char *path, unsigned line,
                      enum profile_message message, const char *a, const char *b, const char *d);

// Read and judge. `profile` is zeroed first; free it in any case. On false `c` says why.
bool profile_read(struct profile *profile, const struct source *source, const char *path,
                  struct complaint *c);
void profile_free(struct profile *profile);

// --- the parts ---

// Publishers by name (profiles/publishers.toml).
struct publishers {
    const struct setting *document;
};

bool publishers_check(const struct setting *document, const char *path, struct complaint *c);

// The manifest in cell->text into cell->plan, ->permissions and the lines.
bool manifest_read(struct profile_cell *cell, const struct publishers *publishers,
                   struct complaint *c);

// The same for an app that is packed by itself: it has a version and nothing that only a program of
// the system has; whose it is, a chain will say. With a ceiling: nor more than that.
bool manifest_read_app(struct profile_cell *cell, const struct plan_ceiling *ceiling,
                       struct complaint *c);

// What must hold between cells: each name, service, device once; calls go up.
bool profile_check(const struct profile *profile, struct complaint *c);

// Settings with complaints. `what` is the table's kind for people.
struct fields {
    const char *path;
    const struct setting *table;
    const char *const *known; // keys, NULL-terminated
    const char *what;         // "a manifest"
    struct complaint *c;
};

bool fields_known(const struct fields *f); // every key of the table is in `known`
const struct setting *fields_find(const struct fields *f, const char *key);
// These leave `out` alone if the key is absent, and complain if it is of another type or out of
// range.
bool fields_name(const struct fields *f, const char *key, char out[BUNDLE_NAME]);
bool fields_text(const struct fields *f, const char *key, char *out, size_t size);
bool fields_number(const struct fields *f, const char *key, int64_t least, int64_t most,
                   int64_t *out);
bool fields_bool(const struct fields *f, const char *key, bool *out);
bool fields_pages(const struct fields *f, const char *key, uint32_t most, uint32_t *out);
bool fields_required(const struct fields *f, const char *key);

// Lists of methods by service: `table`, called `name`, into `permissions`: what may be asked for,
// or what is there from the start.
bool permissions_read(const struct fields *f, const struct setting *table, const char *name,
                      bool consent, struct permission permissions[PROFILE_SERVICES]);

// The service called `name`; false, with a complaint at `at`: there is none.
bool service_find(const struct fields *f, const struct setting *at, const char *name,
                  const struct service_info **out);

// The key `budget`, like "250us per 1s", in microseconds.
bool budget_read(const struct fields *f, uint32_t *amount, uint32_t *period);

// The section [apps] of a profile; without one no app can be installed.
bool ceiling_read(const struct fields *profile, struct plan_ceiling *out);

// That of a profile's text, whose other parts are not looked at.
bool ceiling_read_text(const char *text, size_t size, const char *path, struct plan_ceiling *out,
                       struct complaint *c);

// Whether what the manifest `f` says, which was read into `cell`, stays below the ceiling.
bool ceiling_check(const struct fields *f, const struct profile_cell *cell,
                   const struct plan_ceiling *ceiling);
