// SPDX-License-Identifier: GPL-3.0-or-later
// Packages in the host's hands (format/package.h). Whatever fails was said on standard error.
#pragma once
#include "common/complaint.h"
#include "format/fingerprint.h"
#include "format/package.h"
#include "format/resources.h"

struct app_file {
    uint8_t *bytes; // owned, aligned for package_open
    size_t size;
    struct package package;
};

// A package whose structure, root and program hold; nobody has judged its chain. With `refused`,
// one that does not hold is not an error: the reason is there, and the package has only its bytes.
bool app_open(struct app_file *app, const char *path, enum package_refusal *refused);
void app_close(struct app_file *app);

// The unsigned package that a project's folder makes: manifest.toml, and `program` (null:
// build/NAME.elf in the folder), in which its resources/ must be. With the path of a device's
// profile: no more than that device allows.
bool app_make(struct app_file *app, const char *folder, const char *program, const char *profile);

// The block of the folder's resources/, of size 0 if there are none; false: said. In either case
// the caller frees it.
struct app_resources {
    uint8_t *block;
    size_t size;
};
bool app_resources_read(const char *folder, struct app_resources *out);

// Everything that a package holds, by name: its files, then its program's "resources/...".
enum { APP_FILES_MAX = PACKAGE_FILES + RESOURCES_MAX };
struct app_entry {
    char name[PACKAGE_NAME + 16];
    struct span bytes;
};
uint32_t app_files(const struct package *package, struct app_entry out[APP_FILES_MAX]);
// Null: none of that name.
const struct app_entry *app_file_of(const struct app_entry *files, uint32_t count,
                                    const char *name);

// What a manifest's text compiles to: version, number, cell, and the grants, PLAN_APP_GRANTS of
// them at most. A ceiling may be null. On false `c` says why, with `path` as the file's name.
bool app_plan(const char *text, size_t size, const char *path, const struct plan_ceiling *ceiling,
              struct plan_app *app, struct plan_grant *grants, struct complaint *c);

// Whether the manifest in a package compiles to its plan, so that people read what devices do.
// False: said.
bool app_manifest_agrees(const struct package *package, const char *path);

// Have the development kit do it; only returns if it cannot. The exit code.
int app_kit_run(const char *verb, int argc, char **argv);

// In words, one line each: what its program may call, and what it may ask the person for.
void app_permissions_print(const struct package *package);
// Everything about it, on standard output. Whether its chain vouches for it.
bool app_print(const struct app_file *app, bool json);
void app_hex_print(const uint8_t *bytes, size_t size);

// The same publisher as the device's console shows him.
void app_fingerprint_print(const uint8_t publisher[FINGERPRINT_KEY]);

#define PART(name, takes, summary) int app_##name(int argc, char **argv);
#include "app_parts.def"
#undef PART
