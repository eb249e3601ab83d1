// SPDX-License-Identifier: GPL-3.0-or-later
#include "image_file.h"

#include "crypto/hash.h"
#include "files.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

enum { IMAGE_SIZE_MAX = BUNDLE_HEADER_SIZE + BUNDLE_PAGES_MAX * PAGE_SIZE };

static enum boot_stop image_check(struct image *image)
{
    uint8_t root[32];
    enum boot_stop stop = bundle_recognise(image->bytes, image->size);

    if (stop != BOOT_CLEAR)
        return stop;
    image->header = (struct bundle_header *)(void *)image->bytes;
    image->payload = image->bytes + BUNDLE_HEADER_SIZE;
    stop = bundle_check_unsigned(image->header);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_header(image->header, image->size);
    if (stop != BOOT_CLEAR)
        return stop;
    bundle_root(image->payload, image->header->payload_pages, root);
    if (memcmp(root, image->header->root, sizeof(root)) != 0)
        return BOOT_STOP_ROOT;
    stop = bundle_check_payload(image->header, image->payload, &image->view);
    return stop == BOOT_CLEAR ? bundle_check_trees(&image->view, image->payload) : stop;
}

// The one plan, and that it fits the bundle around it.
static bool image_plan(struct image *image)
{
    const struct bundle_entry *plan = NULL;

    for (uint32_t i = 0; i < image->view.count; i++) {
        if (image->view.entries[i].kind != BUNDLE_PLAN)
            continue;
        if (plan)
            return false;
        plan = &image->view.entries[i];
    }
    if (!plan || plan_read(image->payload + plan->part[BUNDLE_BYTES].offset,
                           plan->part[BUNDLE_BYTES].size, &image->plan) != ERR_OK)
        return false;
    for (uint32_t i = 0; i < image->plan.plan->cell_count; i++) {
        uint32_t at = image->plan.cells[i].image;
        if (at >= image->view.count || image->view.entries[at].kind != BUNDLE_CELL)
            return false;
    }
    return true;
}

bool image_open(struct image *image, const char *path)
{
    enum boot_stop stop;

    *image = (struct image){0};
    image->bytes = file_read(path, IMAGE_SIZE_MAX, &image->size);
    if (!image->bytes)
        return false;
    stop = image_check(image);
    if (stop != BOOT_CLEAR) {
        report_error("%s: %s - %s", path, boot_stop_wrong(stop), boot_stop_remedy(stop));
        image_close(image);
        return false;
    }
    if (!image_plan(image)) {
        report_error("%s: its plan does not fit this tool or the bundle - use the `cella` that "
                     "was built with it",
                     path);
        image_close(image);
        return false;
    }
    return true;
}

bool image_judge(const struct image *image, const char *key, enum image_verdict *out)
{
    uint8_t public_key[HYBRID_PUBLIC_SIZE], id[HYBRID_ID_SIZE], message[BUNDLE_MESSAGE];

    *out = IMAGE_UNCHECKED;
    if (!key)
        return true;
    if (!key_read(key, "public key", public_key, sizeof(public_key)))
        return false;
    hybrid_id(public_key, id);
    bundle_message(image->header, message);
    if (memcmp(id, image->header->signer, sizeof(id)) != 0)
        *out = IMAGE_STRANGER;
    else if (hybrid_check(public_key, message, sizeof(message), image->header->signature) == ERR_OK)
        *out = IMAGE_GOOD;
    else
        *out = IMAGE_DAMAGED;
    return true;
}

void image_close(struct image *image)
{
    free(image->bytes);
    *image = (struct image){0};
}

void image_digest(const struct image *image, uint8_t out[32])
{
    hash_bytes(image->header, BUNDLE_SIGNED, out);
}
