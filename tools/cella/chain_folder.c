// SPDX-License-Identifier: GPL-3.0-or-later
// The order of writing: new keys, then the chain, then the new keys' names. Wherever that stops,
// the key that the chain names is in one of two files, and opening finishes what is left.
#include "chain_folder.h"
#include "crypto/wipe.h"
#include "files.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char chain_name[] = "chain";
static const char key_name[] = "chain.key", key_new_name[] = "chain.key.new";
static const char recovery_name[] = "recovery.key", recovery_new_name[] = "recovery.key.new";

void chain_folder_file(const struct chain_folder *f, const char *name, char out[PATH_MAX])
{
    // A path that is too long is cut, and then not found.
    if (snprintf(out, PATH_MAX, "%s/%s", f->path, name) >= PATH_MAX)
        out[0] = '\0';
}

bool chain_time_read(const char *text, uint64_t *out)
{
    char *end;
    if (text == NULL) {
        *out = (uint64_t)time(NULL);
        return true;
    }
    *out = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && *out >> CHAIN_TIME_BITS == 0)
        return true;
    report_error("--time %s is not a time - give the seconds since 1970", text);
    return false;
}

bool chain_secret_read(const char *path, uint8_t out[static HYBRID_SECRET_SIZE])
{
    size_t size = 0;
    if (!file_private(path))
        return false;
    uint8_t *data = file_read(path, HYBRID_SECRET_SIZE, &size);
    if (data == NULL)
        return false;
    const bool good = size == HYBRID_SECRET_SIZE;
    if (good)
        memcpy(out, data, size);
    else
        report_error("%s is not a key, which is %d bytes - name another file", path,
                     HYBRID_SECRET_SIZE);
    wipe(data, size);
    free(data);
    return good;
}

static bool chain_check_say(const char *path, const uint8_t *bytes, size_t size, struct chain *out)
{
    struct chain_check check;
    if (chain_verify(bytes, size, out, &check) == ERR_OK)
        return true;
    report_error("%s: entry %u: %s", path, check.entry, chain_sentence(check.refusal));
    return false;
}

static bool key_public(const uint8_t secret[static HYBRID_SECRET_SIZE],
                       uint8_t out[static HYBRID_PUBLIC_SIZE])
{
    if (hybrid_public(secret, out) == ERR_OK)
        return true;
    report_error("a public key could not be made - build the cryptographic library again");
    return false;
}

// Is this file's key the one to which the chain is committed? It is in f->secret then. False: said.
static bool key_try(struct chain_folder *f, const char *path, bool *fits)
{
    uint8_t public_key[HYBRID_PUBLIC_SIZE], commitment[CHAIN_HASH];
    if (!chain_secret_read(path, f->secret) || !key_public(f->secret, public_key))
        return false;
    chain_commit_next(public_key, commitment);
    *fits = memcmp(commitment, f->chain.next, CHAIN_HASH) == 0;
    return true;
}

// Changing keys was interrupted: the new ones count if the chain names them already.
static bool keys_finish(struct chain_folder *f, const char *path, const char *new_path)
{
    char recovery[PATH_MAX], new_recovery[PATH_MAX];
    bool fits = false;
    chain_folder_file(f, recovery_name, recovery);
    chain_folder_file(f, recovery_new_name, new_recovery);
    if (!key_try(f, new_path, &fits))
        return false;
    if (!fits) {
        unlink(new_recovery);
        unlink(new_path);
        return true;
    }
    if (access(new_recovery, F_OK) == 0 && rename(new_recovery, recovery) != 0)
        fits = false;
    if (fits && rename(new_path, path) == 0)
        return true;
    report_error("%s could not become %s: %s - rename it", new_path, path, strerror(errno));
    return false;
}

static bool key_open(struct chain_folder *f)
{
    char path[PATH_MAX], new_path[PATH_MAX];
    bool fits = false;
    chain_folder_file(f, key_name, path);
    chain_folder_file(f, key_new_name, new_path);
    if (access(new_path, F_OK) == 0 && !keys_finish(f, path, new_path))
        return false;
    if (!key_try(f, path, &fits))
        return false;
    if (!fits)
        report_error("%s is not the key to which the chain is committed - if somebody else wrote "
                     "the chain's end, take it back with `cella chain recover`",
                     path);
    return fits;
}

bool chain_folder_open(struct chain_folder *f, const char *path, bool sign)
{
    struct stat status;
    char file[PATH_MAX];
    memset(f, 0, sizeof *f);
    const bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (!folder && sign) {
        report_error(
            "%s is not a folder with a chain and its key - make one with `cella chain new`", path);
        return false;
    }
    snprintf(f->path, sizeof f->path, "%s", path);
    if (folder)
        chain_folder_file(f, chain_name, file);
    else
        snprintf(file, sizeof file, "%s", path);
    f->bytes = file_read(file, CHAIN_MAX, &f->size);
    const bool read = f->bytes != NULL;
    const bool good = read && chain_check_say(file, f->bytes, f->size, &f->chain);
    if (good && (!sign || key_open(f)))
        return true;
    chain_folder_close(f);
    f->refused = read && !good;
    return false;
}

void chain_folder_close(struct chain_folder *f)
{
    free(f->bytes);
    wipe(f, sizeof *f);
}

bool chain_folder_put(struct chain_folder *f, uint32_t keep, const struct chain_draft *draft,
                      const uint8_t secret[static HYBRID_SECRET_SIZE])
{
    char path[PATH_MAX];
    struct new_file file;
    size_t size = 0;
    const size_t kept = keep < f->chain.count ? f->chain.offset[keep] : f->size;
    uint8_t *bytes = malloc(kept + CHAIN_ENTRY_MAX);
    struct chain *after = malloc(sizeof *after);
    chain_folder_file(f, chain_name, path);
    bool good = bytes != NULL && after != NULL &&
                chain_draft_sign(&f->chain, keep, draft, secret, bytes + kept, CHAIN_ENTRY_MAX,
                                 &size) == ERR_OK;
    if (!good)
        report_error("the entry could not be written - give a name of at most %d characters and a "
                     "value of at most %d bytes",
                     REGISTER_NAME, REGISTER_VALUE);
    if (good && kept != 0)
        memcpy(bytes, f->bytes, kept);
    good = good && chain_check_say(path, bytes, kept + size, after);
    good = good && file_create(&file, path) && file_finish(&file, bytes, kept + size);
    if (good) {
        free(f->bytes);
        f->bytes = bytes;
        f->size = kept + size;
        f->chain = *after;
        bytes = NULL;
    }
    free(bytes);
    free(after);
    return good;
}

bool chain_folder_say(struct chain_folder *f, const struct chain_draft *draft)
{
    return chain_folder_put(f, f->chain.count, draft, f->secret);
}

// A new key in a file of its own.
static bool key_make(const struct chain_folder *f, const char *name,
                     uint8_t secret[static HYBRID_SECRET_SIZE],
                     uint8_t public_key[static HYBRID_PUBLIC_SIZE])
{
    char path[PATH_MAX];
    chain_folder_file(f, name, path);
    if (getrandom(secret, HYBRID_SECRET_SIZE, 0) != HYBRID_SECRET_SIZE) {
        report_error("the system gave no random bytes - try again");
        return false;
    }
    return key_public(secret, public_key) && file_new(path, 0600, secret, HYBRID_SECRET_SIZE);
}

static void key_settle(const struct chain_folder *f, const char *from, const char *to, bool good)
{
    char old_path[PATH_MAX], new_path[PATH_MAX];
    chain_folder_file(f, from, old_path);
    chain_folder_file(f, to, new_path);
    if (!good)
        unlink(old_path);
    else if (rename(old_path, new_path) != 0)
        report_error("%s could not become %s: %s - rename it", old_path, new_path, strerror(errno));
}

bool chain_folder_rekey(struct chain_folder *f, uint32_t keep, struct chain_draft *draft,
                        const uint8_t *recovery)
{
    uint8_t secret[HYBRID_SECRET_SIZE], spare[HYBRID_SECRET_SIZE];
    uint8_t public_key[HYBRID_PUBLIC_SIZE], next[CHAIN_HASH], recover[CHAIN_HASH];
    bool made = key_make(f, key_new_name, secret, public_key), made_spare = false;
    if (made) {
        chain_commit_next(public_key, next);
        draft->next = next;
    }
    if (made && recovery != NULL &&
        (made_spare = key_make(f, recovery_new_name, spare, public_key))) {
        chain_commit_recovery(public_key, recover);
        draft->recovery = recover;
    }
    const bool good = made && (recovery == NULL || made_spare) &&
                      chain_folder_put(f, keep, draft, recovery != NULL ? recovery : f->secret);
    if (made_spare)
        key_settle(f, recovery_new_name, recovery_name, good);
    if (made)
        key_settle(f, key_new_name, key_name, good);
    if (good)
        memcpy(f->secret, secret, sizeof f->secret);
    wipe(secret, sizeof secret);
    wipe(spare, sizeof spare);
    return good;
}

bool chain_folder_new(struct chain_folder *f, const char *path, uint64_t time)
{
    uint8_t spare[HYBRID_SECRET_SIZE], public_key[HYBRID_PUBLIC_SIZE];
    uint8_t next[CHAIN_HASH], recovery[CHAIN_HASH];
    char file[PATH_MAX];
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s", path);
    chain_folder_file(f, chain_name, file);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        report_error("cannot make the folder %s: %s - make it yourself", path, strerror(errno));
        return false;
    }
    if (access(file, F_OK) == 0) {
        report_error("%s is there already - keep it, or name another folder", file);
        return false;
    }
    bool good = key_make(f, recovery_name, spare, public_key);
    chain_commit_recovery(public_key, recovery);
    good = good && key_make(f, key_name, f->secret, public_key);
    chain_commit_next(public_key, next);
    const struct chain_draft draft = {
        .time = time, .operation = CHAIN_CREATE, .name = "", .next = next, .recovery = recovery};
    good = good && chain_folder_say(f, &draft);
    wipe(spare, sizeof spare);
    if (!good)
        chain_folder_close(f);
    return good;
}
