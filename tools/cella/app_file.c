// SPDX-License-Identifier: GPL-3.0-or-later
#include "app.h"
#include "files.h"
#include "inspect.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_MAX = 16 << 20 };

bool app_open(struct app_file *app, const char *path, enum package_refusal *refused)
{
    enum package_refusal why = PACKAGE_GOOD;
    struct resources resources;
    uint8_t *read;

    *app = (struct app_file){0};
    // More than may be, so that the package's own rule speaks of its size.
    read = file_read(path, READ_MAX, &app->size);
    if (!read)
        return false;
    app->bytes = aligned_alloc(PAGE_SIZE, app->size > PACKAGE_MAX ? READ_MAX : PACKAGE_MAX);
    if (!app->bytes)
        abort();
    memcpy(app->bytes, read, app->size);
    free(read);
    err_t error = package_open(app->bytes, app->size, &app->package, &why);
    if (refused) {
        *refused = why;
        return true;
    }
    if (error == ERR_OK && resources_open(package_constants(&app->package), &resources) == ERR_OK)
        return true;
    report_error("%s: %s", path,
                 error == ERR_OK ? "its resources are malformed: do not rely on it"
                                 : package_refusal_sentence(why));
    app_close(app);
    return false;
}

void app_close(struct app_file *app)
{
    free(app->bytes);
    *app = (struct app_file){0};
}

void app_hex_print(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

void app_fingerprint_print(const uint8_t publisher[FINGERPRINT_KEY])
{
    char text[FINGERPRINT_TEXT];

    fingerprint_text(publisher, text);
    printf("%s", text);
}

static void methods_print(const char *label, uint32_t service, uint64_t methods)
{
    char text[32];

    if (!methods)
        return;
    printf("    %s %s:", label, inspect_service_name(service, text));
    for (uint32_t m = 1; m < 64; m++)
        if (methods >> m & 1)
            printf(" %s", inspect_method_name(service, m, text));
    printf("\n");
}

void app_permissions_print(const struct package *package)
{
    if (package->app->grant_count == 0)
        printf("    calls nobody\n");
    for (uint32_t i = 0; i < package->app->grant_count; i++)
        methods_print("may call", package->grants[i].service, package->grants[i].methods);
    for (uint32_t i = 0; i < package->app->grant_count; i++)
        methods_print("may ask the person for", package->grants[i].service,
                      package->grants[i].consent);
}
