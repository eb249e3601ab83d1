// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that sign bundles: hybrid (crypto/hybrid.h), one file for the two seeds and one for the
// public key.
#include "crypto/hybrid.h"
#include "crypto/p256.h"
#include "crypto/wipe.h"
#include "files.h"
#include "format/seal_policy.h"
#include "image_file.h"
#include "options.h"
#include "predict.h"
#include "report.h"
#include "shown.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char keygen_usage[] = "cella image keygen FOLDER";
enum { KEY_FILE_MAX = 1 << 20, OLD_KEY_SIZE = 32 };

static const char sign_usage[] = "cella image sign IMAGE --key FILE [-o FILE]";

bool key_read(const char *path, const char *what, uint8_t *out, size_t wanted)
{
    size_t size = 0;
    uint8_t *data = file_read(path, KEY_FILE_MAX, &size);
    bool good = data && size == wanted;

    if (!data)
        return false;
    if (good)
        memcpy(out, data, size);
    else
        report_error(
            "%s is not a %s, which is %zu bytes - make one with `cella image keygen`%s", path, what,
            wanted, size == OLD_KEY_SIZE ? "; this is one of format 1, which no loader takes" : "");
    wipe(data, size);
    free(data);
    if (good && wanted == HYBRID_SECRET_SIZE && !file_private(path)) {
        wipe(out, wanted);
        good = false;
    }
    return good;
}

// What is signed for the TPM: about what the image's registers will hold (format/seal_policy.h).
static void policy_message(const struct bundle_header *header, uint8_t message[static SEAL_DIGEST])
{
    static struct prediction p;
    uint8_t policy[SEAL_DIGEST];

    memset(&p, 0, sizeof(p));
    predict_bundle(&p, header);
    seal_policy_digest(p.value[BOOT_PCR_BUNDLE], p.value[BOOT_PCR_PROFILE], policy);
    seal_policy_message(policy, message);
}

static err_t policy_sign(struct bundle_header *header, const uint8_t secret[static P256_SECRET])
{
    uint8_t message[SEAL_DIGEST];

    policy_message(header, message);
    return p256_make(secret, message, header->policy);
}

bool image_seals(const struct bundle_header *header)
{
    uint8_t message[SEAL_DIGEST];

    policy_message(header, message);
    return p256_check(header->policy_key, message, header->policy) == ERR_OK;
}

bool image_sign_header(struct bundle_header *header,
                       const uint8_t secret[static HYBRID_SECRET_SIZE], bool seal)
{
    uint8_t public_key[HYBRID_PUBLIC_SIZE], message[BUNDLE_MESSAGE], policy_key[P256_SECRET];
    err_t error = hybrid_public(secret, public_key);

    memset(header->policy_key, 0, sizeof(header->policy_key));
    memset(header->policy, 0, sizeof(header->policy));
    if (error == ERR_OK)
        hybrid_id(public_key, header->signer);
    if (error == ERR_OK && seal)
        error = p256_derive("cella policy key 1", secret, HYBRID_SECRET_SIZE, policy_key,
                            header->policy_key);
    if (error == ERR_OK && seal)
        error = policy_sign(header, policy_key);
    wipe(policy_key, sizeof(policy_key));
    if (error == ERR_OK) {
        bundle_message(header, message);
        error = hybrid_make(secret, message, sizeof(message), header->signature);
    }
    if (error == ERR_OK)
        error = hybrid_check(public_key, message, sizeof(message), header->signature);
    if (error != ERR_OK)
        report_error("the signature could not be made - the cryptographic library refused, "
                     "build it again");
    return error == ERR_OK;
}

int image_keygen(int argc, char **argv)
{
    const struct option_rule rules[] = {{0}};
    uint8_t secret[HYBRID_SECRET_SIZE], public_key[HYBRID_PUBLIC_SIZE];
    char key_path[PATH_MAX], public_path[PATH_MAX];
    struct operands operands;
    bool good;

    if (!options_read(argc, argv, rules, keygen_usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1) {
        report_error("keygen wants one folder - usage: %s", keygen_usage);
        return EXIT_UNABLE;
    }
    if (mkdir(operands.at[0], 0777) != 0 && errno != EEXIST) {
        report_error("cannot make the folder %s: %s - make it yourself", operands.at[0],
                     strerror(errno));
        return EXIT_UNABLE;
    }
    snprintf(key_path, sizeof(key_path), "%s/bundle.key", operands.at[0]);
    snprintf(public_path, sizeof(public_path), "%s/bundle.pub", operands.at[0]);
    if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret)) {
        report_error("the system gave no random bytes - try again");
        return EXIT_UNABLE;
    }
    good = hybrid_public(secret, public_key) == ERR_OK;
    if (!good)
        report_error("the public key could not be made - build the cryptographic library again");
    good = good && file_new(key_path, 0600, secret, sizeof(secret));
    wipe(secret, sizeof(secret));
    if (!good)
        return EXIT_UNABLE;
    unlink(public_path); // of a key that was moved away
    if (!file_new(public_path, 0644, public_key, sizeof(public_key))) {
        unlink(key_path); // nobody has signed with it
        return EXIT_UNABLE;
    }
    printf("%s (keep it secret), %s\n", shown(key_path), shown(public_path));
    return EXIT_GOOD;
}

int image_sign(int argc, char **argv)
{
    const char *key = NULL, *out = NULL;
    const struct option_rule rules[] = {
        {"--key", &key, NULL},
        {"-o",   &out, NULL},
        {0   },
    };
    uint8_t secret[HYBRID_SECRET_SIZE];
    struct operands operands;
    struct image image;
    struct new_file file;
    bool good;

    if (!options_read(argc, argv, rules, sign_usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !key) {
        report_error("sign wants an image and a key - usage: %s", sign_usage);
        return EXIT_UNABLE;
    }
    if (!image_open(&image, operands.at[0]))
        return EXIT_UNABLE;
    const uint8_t none[BUNDLE_POLICY] = {0};
    const bool seal = memcmp(image.header->policy_key, none, sizeof(none)) != 0;
    good = key_read(key, "key", secret, sizeof(secret)) &&
           image_sign_header(image.header, secret, seal);
    wipe(secret, sizeof(secret));
    good = good && file_create(&file, out ? out : operands.at[0]) &&
           file_finish(&file, image.bytes, image.size);
    if (good) {
        printf("%s: signed by ", shown(out ? out : operands.at[0]));
        for (size_t i = 0; i < HYBRID_ID_SIZE; i++)
            printf("%02x", image.header->signer[i]);
        printf("\n");
    }
    image_close(&image);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
