// SPDX-License-Identifier: GPL-3.0-or-later
// cella image show: what a bundle says about itself, and whether its signatures hold.
#include "image_file.h"
#include "json.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "cella image show IMAGE [--key FILE] [--json]";

static const char *const verdicts[] = {
    [IMAGE_UNCHECKED] = "not checked: name the signer's public key with --key",
    [IMAGE_GOOD] = "both hold under the given key",
    [IMAGE_STRANGER] = "NOT BY THE GIVEN KEY",
    [IMAGE_DAMAGED] = "DO NOT HOLD",
};

static const char *const kinds[] = {"", "kernel", "cell", "plan", "manifest", "profile"};

static void hex_print(const char *label, const uint8_t bytes[32])
{
    printf("%-10s ", label);
    for (size_t i = 0; i < 32; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

static const char *const parts[BUNDLE_PARTS] = {"text", "rodata", "relro", "data"};

// What an entry's parts take in the file, without tree and relocations.
static uint32_t stored_bytes(const struct bundle_entry *e)
{
    uint32_t bytes = 0;

    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        bytes += e->part[i].size;
    return bytes;
}

static uint32_t relocations(const struct bundle_entry *e)
{
    return e->relocs.size / (uint32_t)sizeof(uint32_t);
}

static void print_text(const struct image *image, const char *verdict)
{
    const struct bundle_header *h = image->header;
    uint8_t digest[32];

    image_digest(image, digest);
    printf("profile    %s %s, rollback index %llu, for %s boot\n", h->profile, h->version,
           (unsigned long long)h->rollback_index, h->flags & BUNDLE_DIRECT ? "direct" : "UEFI");
    printf("size       %zu bytes, %llu pages of payload\n", image->size,
           (unsigned long long)h->payload_pages);
    hex_print("digest", digest);
    hex_print("root", h->root);
    hex_print("signer", h->signer);
    printf("signatures %s\n", verdict);
    printf("seal       %s\n\n",
           image_seals(h) ? "its measurements are signed: it opens a seed that a TPM keeps"
                          : "none: it opens no seed that a TPM keeps");
    printf("%-9s %-20s %8s %6s %6s %6s %6s %6s %7s\n", "kind", "name", "bytes", "text", "rodata",
           "relro", "data", "bss", "relocs");
    for (uint32_t i = 0; i < image->view.count; i++) {
        const struct bundle_entry *e = &image->view.entries[i];
        printf("%-9s %-20s %8u", kinds[e->kind], e->name, stored_bytes(e));
        for (unsigned part = 0; bundle_has_image(e) && part < BUNDLE_PARTS; part++)
            printf(" %6u", bundle_part_pages(e, part));
        if (bundle_has_image(e))
            printf(" %6u %7u", e->bss_pages, relocations(e));
        printf("\n");
    }
    printf("\nSizes of text, rodata, relro, data and bss are pages of 4 KiB in memory.\n");
}

static void print_json(const struct image *image, enum image_verdict verdict)
{
    const struct bundle_header *h = image->header;
    uint8_t digest[32];

    image_digest(image, digest);
    printf("{\"profile\":");
    json_string(stdout, h->profile);
    printf(",\"version\":");
    json_string(stdout, h->version);
    printf(",\"rollback_index\":%llu,\"direct\":%s,\"size\":%zu,\"digest\":",
           (unsigned long long)h->rollback_index, h->flags & BUNDLE_DIRECT ? "true" : "false",
           image->size);
    json_hex(stdout, digest, sizeof(digest));
    printf(",\"root\":");
    json_hex(stdout, h->root, sizeof(h->root));
    printf(",\"signer\":");
    json_hex(stdout, h->signer, sizeof(h->signer));
    printf(",\"seals\":%s", image_seals(h) ? "true" : "false");
    printf(",\"signatures_good\":%s,\"entries\":[", verdict == IMAGE_UNCHECKED ? "null"
                                                    : verdict == IMAGE_GOOD    ? "true"
                                                                               : "false");
    for (uint32_t i = 0; i < image->view.count; i++) {
        const struct bundle_entry *e = &image->view.entries[i];
        printf("%s{\"kind\":\"%s\",\"name\":", i ? "," : "", kinds[e->kind]);
        json_string(stdout, e->name);
        printf(",\"size\":%u", stored_bytes(e));
        for (unsigned part = 0; bundle_has_image(e) && part < BUNDLE_PARTS; part++)
            printf(",\"%s_pages\":%u", parts[part], bundle_part_pages(e, part));
        if (bundle_has_image(e)) {
            printf(",\"bss_pages\":%u,\"relocations\":%u,\"code_root\":", e->bss_pages,
                   relocations(e));
            json_hex(stdout, e->root, sizeof(e->root));
        }
        printf("}");
    }
    printf("]}\n");
}

int image_show(int argc, char **argv)
{
    const char *key = NULL;
    bool json = false;
    const struct option_rule rules[] = {
        {"--key",  &key, NULL},
        {"--json",    NULL, &json},
        {0},
    };
    struct operands operands;
    enum image_verdict verdict;
    struct image image;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1) {
        report_error("show wants one image - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (!image_open(&image, operands.at[0]))
        return EXIT_UNABLE;
    if (!image_judge(&image, key, &verdict)) {
        image_close(&image);
        return EXIT_UNABLE;
    }
    if (json)
        print_json(&image, verdict);
    else
        print_text(&image, verdicts[verdict]);
    image_close(&image);
    return verdict == IMAGE_UNCHECKED || verdict == IMAGE_GOOD ? EXIT_GOOD : EXIT_NO;
}
