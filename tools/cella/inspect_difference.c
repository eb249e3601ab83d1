// SPDX-License-Identifier: GPL-3.0-or-later
// cella inspect OLD NEW: what an update changes, before anybody installs it.
#include "inspect.h"
#include "inspect_change.h"

#include "crypto/hash.h"
#include "image_file.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

static void span_hash(struct hash *hash, const struct image *image, const struct bundle_span *span)
{
    hash_update(hash, &span->size, sizeof(span->size));
    hash_update(hash, image->payload + span->offset, span->size);
}

// Of the program, wherever it lies in the image.
static void entry_digest(const struct image *image, const struct bundle_entry *entry,
                         uint8_t out[HASH_SIZE])
{
    struct hash hash;

    hash_init(&hash);
    hash_update(&hash, &entry->bss_pages, sizeof(entry->bss_pages));
    hash_update(&hash, &entry->start, sizeof(entry->start));
    for (int i = 0; i < BUNDLE_PARTS; i++)
        span_hash(&hash, image, &entry->part[i]);
    span_hash(&hash, image, &entry->relocs);
    hash_final(&hash, out);
}

static const struct bundle_entry *program_find(const struct image *image, const char *name)
{
    for (uint32_t i = 0; i < image->view.count; i++) {
        const struct bundle_entry *entry = &image->view.entries[i];
        if ((entry->kind == BUNDLE_CELL || entry->kind == BUNDLE_KERNEL) &&
            strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

// Programs that both images have. One that is only in one of them belongs to a cell that is.
static void programs_compare(struct changes *c, const struct image *before,
                             const struct image *after)
{
    for (uint32_t i = 0; i < after->view.count; i++) {
        const struct bundle_entry *a = &after->view.entries[i];
        const struct bundle_entry *b = program_find(before, a->name);
        uint8_t old[HASH_SIZE], new[HASH_SIZE];
        if ((a->kind != BUNDLE_CELL && a->kind != BUNDLE_KERNEL) || !b)
            continue;
        entry_digest(before, b, old);
        entry_digest(after, a, new);
        if (memcmp(old, new, HASH_SIZE) != 0)
            change_add(c, CHANGE_ALTERS, a->name, "program", "%s is another program", a->name);
    }
}

static void headers_compare(struct changes *c, const struct bundle_header *b,
                            const struct bundle_header *a)
{
    if (memcmp(a->signer, b->signer, sizeof(a->signer)) != 0)
        change_add(
            c, CHANGE_ALTERS, "image", "signer",
            "the image is signed by another key: a device that trusts only the first one will "
            "not start it");
    if (strcmp(a->profile, b->profile) != 0)
        change_add(c, CHANGE_ALTERS, "image", "profile", "the image is of profile %s, %s before",
                   a->profile, b->profile);
    if (a->rollback_index < b->rollback_index)
        change_add(
            c, CHANGE_ALTERS, "image", "rollback",
            "the image's rollback index falls from %llu to %llu: a device that has run the first "
            "one refuses it",
            (unsigned long long)b->rollback_index, (unsigned long long)a->rollback_index);
    if ((a->flags ^ b->flags) & BUNDLE_DIRECT)
        change_add(c, CHANGE_ALTERS, "image", "boot", "the image is for %s boot, for %s before",
                   a->flags & BUNDLE_DIRECT ? "direct" : "UEFI",
                   b->flags & BUNDLE_DIRECT ? "direct" : "UEFI");
}

void changes_print(const struct changes *c)
{
    static const char *const heads[CHANGE_KINDS] = {
        "This update adds:", "This update takes away:", "This update changes:"};

    for (int kind = 0; kind < CHANGE_KINDS; kind++) {
        bool any = false;
        for (size_t i = 0; i < c->count; i++) {
            if ((int)c->list[i].kind != kind)
                continue;
            if (!any)
                printf("%s\n", heads[kind]);
            printf("    %s\n", c->list[i].text);
            any = true;
        }
    }
    printf("%s\n", c->count ? "Everything else stays as it is."
                            : "Nobody may do more or less, and every program is the same.");
}

static void print_text(const struct image *before, const struct image *after,
                       const struct changes *c)
{
    printf("%s %s (rollback index %llu) to %s %s (rollback index %llu)\n", before->header->profile,
           before->header->version, (unsigned long long)before->header->rollback_index,
           after->header->profile, after->header->version,
           (unsigned long long)after->header->rollback_index);
    changes_print(c);
}

static void json_image(const char *name, const struct bundle_header *h)
{
    printf("\"%s\":{\"profile\":", name);
    json_string(stdout, h->profile);
    printf(",\"version\":");
    json_string(stdout, h->version);
    printf(",\"rollback_index\":%llu,\"signer\":", (unsigned long long)h->rollback_index);
    json_hex(stdout, h->signer, sizeof(h->signer));
    printf("}");
}

void changes_print_json(const struct changes *c)
{
    static const char *const names[CHANGE_KINDS] = {"adds", "takes", "alters"};

    for (int kind = 0; kind < CHANGE_KINDS; kind++) {
        const char *comma = "";
        printf(",\n\"%s\":[", names[kind]);
        for (size_t i = 0; i < c->count; i++) {
            if ((int)c->list[i].kind != kind)
                continue;
            printf("%s\n{\"cell\":", comma);
            json_string(stdout, c->list[i].cell);
            printf(",\"what\":");
            json_string(stdout, c->list[i].what);
            printf(",\"text\":");
            json_string(stdout, c->list[i].text);
            printf("}");
            comma = ",";
        }
        printf("]");
    }
}

static void print_json(const struct image *before, const struct image *after,
                       const struct changes *c)
{
    printf("{");
    json_image("before", before->header);
    printf(",");
    json_image("after", after->header);
    changes_print_json(c);
    printf("}\n");
}

void inspect_difference(const struct image *before, const struct image *after, bool json)
{
    struct changes c = {0};

    headers_compare(&c, before->header, after->header);
    change_plans(&c, &before->plan, &after->plan);
    programs_compare(&c, before, after);
    if (json)
        print_json(before, after, &c);
    else
        print_text(before, after, &c);
    change_free(&c);
}
