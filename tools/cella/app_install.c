// SPDX-License-Identifier: GPL-3.0-or-later
// cella app install, remove, list: over the link (format/install.h). The device decides, and the
// person at it; what is said here beforehand only saves a way.
#include "app.h"
#include "crypto/hash.h"
#include "format/bytes_le.h"
#include "format/install.h"
#include "inspect.h"
#include "json.h"
#include "link_options.h"
#include "report.h"
#include "shown.h"
#include "transfer.h"

#include <stdio.h>
#include <string.h>

static const char install_usage[] = "cella app install PACKAGE [--unchecked] [--device SOCKET] "
                                    "[--timeout SECONDS]";
static const char remove_usage[] = "cella app remove NAME [--device SOCKET] [--timeout SECONDS]";
static const char list_usage[] = "cella app list [--json] [--device SOCKET] [--timeout SECONDS]";

enum {
    POLL_MS = 200,
    RECORDS_MAX = 2 * PLAN_APPS_MAX, // more than a device installs
};

static struct device device;

static bool nonsense(void)
{
    report_error("the device's answer makes no sense - use the `cella` that was built with its "
                 "image");
    return false;
}

// What of the profile's ceiling the app asks too much of, and what to do.
static void ceiling_complain(const struct install_job *job, const char *name)
{
    static const char *const words[INSTALL_CEILING_LAST + 1] = {
        [INSTALL_CEILING_NONE] = "the device's profile does not allow it - ask who made the image",
        [INSTALL_CEILING_APPS] =
            "as many apps are installed as the device's profile allows - remove one",
        [INSTALL_CEILING_MEMORY] =
            "it is larger than the device's profile allows - make it smaller",
        [INSTALL_CEILING_HEAP] =
            "its heap is larger than the device's profile allows - ask for less",
        [INSTALL_CEILING_STACK] =
            "its stack is larger than the device's profile allows - ask for less",
        [INSTALL_CEILING_PRIORITY] =
            "its priority is higher than the device's profile allows - lower it",
        [INSTALL_CEILING_BUDGET] = "it asks for more time, or longer stretches of it, than the "
                                   "device's profile allows - lower its budget, with its period",
        [INSTALL_CEILING_NAME] = "a part of the system has this name - give the app another one",
    };
    char service[32], method[32];

    if (job->ceiling == INSTALL_CEILING_METHOD)
        report_error("%s is not installed: the device's profile lets no app call %s.%s - leave it "
                     "out of the manifest, or ask who made the image",
                     name, inspect_service_name(job->service, service),
                     inspect_method_name(job->service, job->method, method));
    else
        report_error("%s is not installed: %s", name, words[job->ceiling]);
}

// The job's end in words. Returns the exit code.
static int job_tell(const struct install_job *job, const char *name, const char *done)
{
    const struct package_verdict verdict = {job->refusal, job->chain, job->entry};

    switch (job->state) {
    case INSTALL_DONE:
        printf("%s %s\n", shown(name), done);
        return EXIT_GOOD;
    case INSTALL_REFUSED:
        report_error("%s is not installed: %s", name, package_sentence(&verdict));
        return EXIT_NO;
    case INSTALL_CEILING:
        ceiling_complain(job, name);
        return EXIT_NO;
    case INSTALL_DECLINED:
        report_error("the person at the device said no - nothing has changed");
        return EXIT_NO;
    case INSTALL_PAUSED:
        report_error("the device asked in vain several times in a row and takes a pause - ask the "
                     "person first, and try again in a while");
        return EXIT_NO;
    case INSTALL_FAILED:
        if (job->error == ERR_NOT_FOUND) {
            report_error("no app is called %s - `cella app list` says what is installed", name);
            return EXIT_NO;
        }
        device_complain((err_t)job->error);
        return EXIT_UNABLE;
    default:
        report_error("the device has started anew meanwhile - begin again");
        return EXIT_UNABLE;
    }
}

static bool job_ask(uint8_t type, const void *data, size_t size, struct install_job *job)
{
    struct link_frame answer;

    if (!device_query(&device, type, data, size, &answer))
        return false;
    return install_job_get(answer.payload, answer.length, job) == ERR_OK || nonsense();
}

// Ask, then wait until it is over. False: said.
static bool job_run(uint8_t type, const void *data, size_t size, struct install_job *job)
{
    bool told = false;

    if (!job_ask(type, data, size, job))
        return false;
    while (job->state == INSTALL_CHECKING || job->state == INSTALL_ASKING) {
        if (job->state == INSTALL_ASKING && !told)
            report_note("look at the device: it asks whether you want this");
        told |= job->state == INSTALL_ASKING;
        device_pause(&device, POLL_MS);
        if (!job_ask(INSTALL_RESULT, NULL, 0, job))
            return false;
    }
    return true;
}

// False: said, and `code` is what to end with.
static bool package_send(const struct app_file *app, const char *path, int *code)
{
    struct install_begin begin = {.size = (uint32_t)app->size};
    uint8_t bytes[INSTALL_BEGIN_SIZE];
    struct link_frame answer;
    err_t status;

    hash_bytes(app->bytes, app->size, begin.digest);
    install_begin_put(&begin, bytes);
    if (!device_exchange(&device, INSTALL_BEGIN, bytes, sizeof(bytes), &answer))
        return false;
    status = (err_t)answer.status;
    if (status == ERR_TOO_LARGE) {
        report_error("%s is not installed: %s", path,
                     package_refusal_sentence(PACKAGE_REFUSED_TOO_LARGE));
        *code = EXIT_NO;
        return false;
    }
    if (status == ERR_OK &&
        transfer_send(&device, INSTALL_DATA, app->bytes, app->size, "sending the app", &status))
        return true;
    if (status != ERR_OK)
        device_complain(status);
    return false;
}

// What the device would refuse for sure. False: said.
static bool package_check(const struct app_file *app, const char *path)
{
    static struct chain chain;
    const struct package_rules nothing = {0};
    struct package_verdict verdict;

    if (package_judge(&app->package, &nothing, &chain, &verdict) == ERR_OK)
        return true;
    report_error("%s: %s", path, package_sentence(&verdict));
    return false;
}

int app_install(int argc, char **argv)
{
    enum package_refusal refused;
    struct link_options link;
    bool unchecked = false;
    const struct option_rule rules[] = {
        LINK_OPTIONS(link), {"--unchecked", NULL, &unchecked},
         {0  }
    };
    struct install_job job;
    struct operands operands;
    struct app_file app;
    int code = EXIT_UNABLE;

    link_options_start(&link);
    if (!options_read(argc, argv, rules, install_usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1) {
        report_error("install wants a package - usage: %s", install_usage);
        return EXIT_UNABLE;
    }
    if (!app_open(&app, operands.at[0], unchecked ? &refused : NULL))
        return EXIT_UNABLE;
    if (!unchecked && (!app_manifest_agrees(&app.package, operands.at[0]) ||
                       !package_check(&app, operands.at[0])))
        code = EXIT_NO;
    else if (link_options_open(&link, &device)) {
        if (package_send(&app, operands.at[0], &code) && job_run(INSTALL_END, NULL, 0, &job))
            code = job_tell(&job, operands.at[0], "is installed and runs");
        device_close(&device);
    }
    app_close(&app);
    return code;
}

int app_remove(int argc, char **argv)
{
    struct link_options link;
    const struct option_rule rules[] = {LINK_OPTIONS(link), {0}};
    struct install_job job;
    struct operands operands;
    int code = EXIT_UNABLE;

    link_options_start(&link);
    if (!options_read(argc, argv, rules, remove_usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || strlen(operands.at[0]) >= BUNDLE_NAME || !operands.at[0][0]) {
        report_error("remove wants the name of an app, as `cella app list` says it - usage: %s",
                     remove_usage);
        return EXIT_UNABLE;
    }
    if (!link_options_open(&link, &device))
        return EXIT_UNABLE;
    if (job_run(INSTALL_REMOVE, operands.at[0], strlen(operands.at[0]), &job))
        code = job_tell(&job, operands.at[0], "is removed");
    device_close(&device);
    return code;
}

static void record_print(const struct install_record *r, bool json, bool first)
{
    if (json) {
        printf("%s{\"name\":", first ? "" : ",");
        json_string(stdout, r->name);
        printf(",\"version\":");
        json_string(stdout, r->version);
        printf(",\"number\":%llu,\"pages\":%u,\"runs\":%s,\"publisher\":",
               (unsigned long long)r->number, r->pages, r->runs ? "true" : "false");
        json_hex(stdout, r->publisher, sizeof(r->publisher));
        printf("}");
        return;
    }
    printf("%-16s %-10s %6u KiB  %-8s publisher ", r->name, r->version, r->pages * 4,
           r->runs ? "runs" : "stopped");
    app_hex_print(r->publisher, sizeof(r->publisher));
    printf("\n%-16s as the console shows him: ", "");
    app_fingerprint_print(r->publisher);
    printf("\n");
}

// False: said.
static bool records_print(bool json)
{
    struct install_record record;
    struct link_frame answer;
    uint8_t which[4];

    for (uint32_t i = 0; i < RECORDS_MAX; i++) {
        le32_put(which, i);
        if (!device_query(&device, INSTALL_LIST, which, sizeof(which), &answer))
            return false;
        if (answer.length == 0 && i == 0 && !json)
            printf("no app is installed\n");
        if (answer.length == 0)
            return true;
        if (install_record_get(answer.payload, answer.length, &record) != ERR_OK)
            return nonsense();
        record_print(&record, json, i == 0);
    }
    return nonsense();
}

int app_list(int argc, char **argv)
{
    struct link_options link;
    bool json = false, good;
    const struct option_rule rules[] = {
        LINK_OPTIONS(link), {"--json", NULL, &json},
         {0  }
    };
    struct operands operands;

    link_options_start(&link);
    if (!options_read(argc, argv, rules, list_usage, &operands))
        return EXIT_UNABLE;
    if (operands.count) {
        report_error("`app list` takes no arguments - usage: %s", list_usage);
        return EXIT_UNABLE;
    }
    if (!link_options_open(&link, &device))
        return EXIT_UNABLE;
    if (json)
        printf("[");
    good = records_print(json);
    if (json)
        printf("]\n");
    device_close(&device);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
