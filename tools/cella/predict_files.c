// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"
#include "hex.h"
#include "predict.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

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

static bool volume_read(const struct predict_paths *q, uint8_t out[PREDICT_SIZE])
{
    if (hex_read(q->volume, strlen(q->volume), out, PREDICT_SIZE))
        return true;
    report_error("%s is not a SHA-256 digest, which is 64 digits - take it from the log of a boot",
                 q->volume);
    return false;
}

bool predict_paths_good(const struct predict_paths *q)
{
    return !q->firmware == !q->volume && (!q->vars || q->loader);
}

bool predict_files(const struct predict_paths *q, const struct bundle_header *header,
                   struct prediction *p)
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
        predict_bundle(p, header);
    file_drop(&loader);
    file_drop(&vars);
    file_drop(&firmware);
    return good;
}
