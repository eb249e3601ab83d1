// SPDX-License-Identifier: GPL-3.0-or-later
// cella image predict: what the TPM of a machine that booted this image must say, from files alone.
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
    struct predict_paths paths;
    bool json;
};

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
        {"--loader",   &q.paths.loader, NULL},
        {"--vars",        &q.paths.vars, NULL},
        {"--firmware",     &q.paths.firmware, NULL},
        {"--volume",        &q.paths.volume, NULL},
        {"--json", NULL, &q.json},
        {0       }
    };
    static struct prediction p;
    struct operands operands;
    struct image image;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !predict_paths_good(&q.paths)) {
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
    const bool good = !direct && predict_files(&q.paths, image.header, &p);
    image_close(&image);
    if (!good)
        return EXIT_UNABLE;
    (q.json ? print_json : print_text)(&p);
    return EXIT_GOOD;
}
