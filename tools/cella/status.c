// SPDX-License-Identifier: GPL-3.0-or-later
// cella status: what the device is and does.
#include "format/fingerprint.h"
#include "json.h"
#include "link_options.h"
#include "report.h"
#include "shown.h"
#include <stdio.h>

static const char usage[] = "cella status [--json] [--device SOCKET] [--timeout SECONDS]";

static const char *const states[] = {
    [COMPANION_IDLE] = "idle",
    [COMPANION_RECEIVING] = "receiving a request",
    [COMPANION_CHECKING] = "checking a request",
    [COMPANION_WAITING] = "waiting for the person at its console",
    [COMPANION_SIGNED] = "signed the last request",
    [COMPANION_REFUSED] = "refused the last request",
    [COMPANION_FAILED] = "could not work on the last request",
};

static void status_print(const struct companion_status *s, const char *path)
{
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(s->key, fingerprint);
    printf("device     running, %s\n", states[s->state]);
    printf("link       %s\n", shown(path));
    if (s->seed)
        printf("seed       ready, %s\nwallet     %08x (fingerprint of its master key)\n",
               s->network == 1 ? "main" : "test", s->fingerprint);
    else
        printf("seed       none - type `restore` or `create` on its console\n");
    printf("device key %s\n", fingerprint);
    printf("           compare it with the console: nothing else says that this is your device\n");
}

static void status_print_json(const struct companion_status *s, const char *path)
{
    printf("{\"device\":\"running\",\"state\":");
    json_string(stdout, states[s->state]);
    printf(",\"link\":");
    json_string(stdout, path);
    printf(",\"seed\":%s,\"network\":", s->seed ? "true" : "false");
    json_string(stdout, s->seed ? s->network == 1 ? "main" : "test" : "");
    printf(",\"fingerprint\":\"%08x\",\"device_key\":", s->fingerprint);
    json_hex(stdout, s->key, sizeof s->key);
    printf("}\n");
}

int status_command(int argc, char **argv)
{
    struct link_options link;
    bool json = false;
    struct operands operands;
    const struct option_rule rules[] = {
        LINK_OPTIONS(link), {"--json", NULL, &json},
         {0  }
    };
    link_options_start(&link);
    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count) {
        report_error("`status` takes no arguments - usage: %s", usage);
        return EXIT_UNABLE;
    }
    static struct device device;
    struct link_frame answer;
    struct companion_status status;
    if (!link_options_open(&link, &device))
        return EXIT_UNABLE;
    bool good = device_query(&device, COMPANION_STATUS, NULL, 0, &answer);
    if (good && companion_status_get(answer.payload, answer.length, &status) != ERR_OK) {
        report_error("the device's answer makes no sense - use the `cella` built with its image");
        good = false;
    }
    device_close(&device);
    if (!good)
        return EXIT_UNABLE;
    if (json)
        status_print_json(&status, link.socket);
    else
        status_print(&status, link.socket);
    return EXIT_GOOD;
}
