// SPDX-License-Identifier: GPL-3.0-or-later
// cella image predict: what the TPM of a machine that booted this image must say, from files alone.
#include "files.h"
#include "hex.h"
#include "image_file.h"
#include "json.h"
#include "options.h"
#include "predict.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "cella image predict IMAGE [--loader FILE [--vars FILE]] "
                            "[--firmware FILE --volume HEX] [--json]";

static const char *const unknown[PREDICT_PCRS] = {
    "give --firmware, and --volume: OVMF changes its first volume while it starts",
    "the order and names of boot options, which the machine decides",
    "option ROMs",
    "option ROMs' settings",
    "give --loader",
    "partition tables, and how the firmware was left",
    "the maker's",
    "give --loader and --vars",
};

struct request {
    const char *loader, *vars, *firmware, *volume;
    bool json;
};

// False: said.
static bool file_load(const char *path, struct predict_file *file)
{
    *file = (struct predict_file){.path = path};
    file->bytes = path ? file_read(path, PREDICT_FILE_MAX, &file->size) : NULL;
    return !path || file->bytes;
}

static void file_drop(struct predict_file *file)
{
    free((void *)(uintptr_t)file->bytes);
}

static bool volume_read(const struct request *q, uint8_t out[PREDICT_SIZE])
{
    if (hex_read(q->volume, strlen(q->volume), out, PREDICT_SIZE))
        return true;
    report_error("%s is not a SHA-256 digest, which is 64 digits - take it from the log of a boot",
                 q->volume);
    return false;
}

static bool predict(const struct request *q, const struct image *image, struct prediction *p)
{
    struct predict_file loader, vars = {0}, firmware = {0};
    uint8_t changed[PREDICT_SIZE];
    bool good = file_load(q->loader, &loader) && file_load(q->vars, &vars) &&
                file_load(q->firmware, &firmware);

    if (good && q->firmware)
        good = volume_read(q, changed) && predict_firmware(p, &firmware, changed);
    if (good && q->loader)
        good = predict_loader(p, &loader);
    if (good && q->vars)
        good = predict_secure(p, &vars, &loader);
    if (good)
        predict_bundle(p, image->header);
    file_drop(&loader);
    file_drop(&vars);
    file_drop(&firmware);
    return good;
}

static void hex_print(const uint8_t digest[PREDICT_SIZE])
{
    for (size_t i = 0; i < PREDICT_SIZE; i++)
        printf("%02x", digest[i]);
}

static void print_text(const struct prediction *p)
{
    for (uint32_t pcr = 0; pcr < PREDICT_PCRS; pcr++) {
        if (!p->known[pcr] && !unknown[pcr])
            continue;
        printf("PCR %-3u ", pcr);
        if (p->known[pcr])
            hex_print(p->value[pcr]);
        else
            printf("not predicted: %s", unknown[pcr]);
        printf("\n");
        for (uint32_t i = 0; i < p->count; i++) {
            if (p->steps[i].pcr != pcr)
                continue;
            printf("        ");
            hex_print(p->steps[i].digest);
            printf("  %s\n", p->steps[i].what);
        }
    }
}

static void print_json(const struct prediction *p)
{
    printf("{\"bank\":\"sha256\",\"pcrs\":{");
    for (uint32_t pcr = 0, any = 0; pcr < PREDICT_PCRS; pcr++) {
        if (!p->known[pcr])
            continue;
        printf("%s\"%u\":", any++ ? "," : "", pcr);
        json_hex(stdout, p->value[pcr], PREDICT_SIZE);
    }
    printf("},\"steps\":[");
    for (uint32_t i = 0; i < p->count; i++) {
        printf("%s{\"pcr\":%u,\"digest\":", i ? "," : "", p->steps[i].pcr);
        json_hex(stdout, p->steps[i].digest, PREDICT_SIZE);
        printf(",\"what\":");
        json_string(stdout, p->steps[i].what);
        printf("}");
    }
    printf("]}\n");
}

int image_predict(int argc, char **argv)
{
    struct request q = {0};
    const struct option_rule rules[] = {
        {"--loader",   &q.loader, NULL},
        {"--vars",        &q.vars, NULL},
        {"--firmware",     &q.firmware, NULL},
        {"--volume",        &q.volume, NULL},
        {"--json", NULL, &q.json},
        {0       }
    };
    static struct prediction p;
    struct operands operands;
    struct image image;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !q.firmware != !q.volume || (q.vars && !q.loader)) {
        report_error("predict wants one image, and --vars only with --loader, --firmware and "
                     "--volume together - usage: %s",
                     usage);
        return EXIT_UNABLE;
    }
    if (!image_open(&image, operands.at[0]))
        return EXIT_UNABLE;
    const bool direct = (image.header->flags & BUNDLE_DIRECT) != 0;
    if (direct)
        report_error("%s is for direct boot, which nothing measures - name the image for UEFI",
                     operands.at[0]);
    const bool good = !direct && predict(&q, &image, &p);
    image_close(&image);
    if (!good)
        return EXIT_UNABLE;
    (q.json ? print_json : print_text)(&p);
    return EXIT_GOOD;
}
