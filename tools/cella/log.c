// SPDX-License-Identifier: GPL-3.0-or-later
// cella log: fetch the device's event log, or take one from a file; is it whole, whose key signed
// it, and is it what became of an earlier one?
#include "log.h"
#include "files.h"
#include "link_options.h"
#include "report.h"
#include "transfer.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char usage[] =
    "cella log [--save FILE] [--since FILE] [--key HEX|FILE|FOLDER] [--json] [--device SOCKET] "
    "[--timeout SECONDS]\n       cella log verify FILE [--since FILE] [--key HEX|FILE|FOLDER] "
    "[--json]\n       in both: [--quote FILE --nonce HEX --tpm FILE --image FILE --loader FILE "
    "--vars FILE]";

enum { LOG_HEAD = 32, LOG_ENTRIES = 33, NONCE = 32 };

struct asked {
    struct link_options link;
    const char *save, *since, *key;
    struct quote_request quote;
    bool json;
};

static void head_complain(err_t error)
{
    if (error == ERR_BAD_STATE)
        report_error("the device does not sign this log: it is not what became of the one that it "
                     "signed before - do not rely on its log any more, and restart it");
    else
        device_complain(error);
}

// The log as the device has it now. False: said.
static bool log_fetch(struct device *d, const uint8_t nonce[NONCE], uint8_t *out, size_t *size)
{
    struct link_frame answer;
    err_t status;
    if (!device_exchange(d, LOG_HEAD, nonce, NONCE, &answer))
        return false;
    if (answer.status) {
        head_complain((err_t)answer.status);
        return false;
    }
    if (transfer_fetch(d, LOG_ENTRIES, out, JOURNAL_FILE_MAX, size, "fetching the log", &status))
        return true;
    if (status == ERR_BAD_STATE)
        report_error("the device's journal started again meanwhile - run `cella log` once more");
    else if (status)
        device_complain(status);
    return false;
}

// Which file, what is wrong, what to do. A freshly fetched log has no name.
static void fault_complain(const char *name, const struct journal_check *check)
{
    char where[64] = "";
    if (check->entry)
        snprintf(where, sizeof where, " (entry %llu)", (unsigned long long)check->entry);
    if (check->fault == JOURNAL_HEAD)
        report_error("%s: the log's head is not valid: %s%s%s%s", name,
                     evidence_sentence(check->head.fault), check->head.field ? " (field: " : "",
                     check->head.field ? evidence_field_name(check->head.field) : "",
                     check->head.field ? ")" : "");
    else
        report_error("%s: %s%s", name, journal_sentence(check->fault), where);
}

// The log in a file; the bytes live as long as the program. Null: said, `*code` is the exit code.
static uint8_t *log_open(const char *name, struct journal *out, size_t *size, int *code)
{
    // What was parsed points into the bytes, not into the work area.
    static struct evidence_work work;
    struct journal_check check;
    *code = EXIT_UNABLE;
    uint8_t *bytes = file_read(name, JOURNAL_FILE_MAX, size);
    if (!bytes)
        return NULL;
    *code = EXIT_NO;
    if (journal_verify(bytes, *size, &work, out, &check) == ERR_OK)
        return bytes;
    fault_complain(name, &check);
    free(bytes);
    return NULL;
}

// From here on `v->log` is whole. EXIT_GOOD: there is a verdict.
static int judge(struct log_verdict *v, const struct asked *asked)
{
    static struct journal before;
    struct journal_check check;
    size_t size;
    int code = EXIT_GOOD;
    v->anchor = anchor_find(asked->key ? asked->key : run_path("devices"), !asked->key,
                            v->log.head.device_key, &v->anchors);
    if (v->anchor == ANCHOR_ERROR)
        return EXIT_UNABLE;
    if (asked->quote.quote) {
        code = quote_judge(&asked->quote, v->log.head.device_key, &v->quote);
        if (code != EXIT_GOOD)
            return code;
        v->quoted = true;
    }
    if (!asked->since)
        return EXIT_GOOD;
    uint8_t *bytes = log_open(asked->since, &before, &size, &code);
    if (!bytes)
        return code;
    v->since = asked->since;
    code = EXIT_GOOD;
    if (journal_compare(&before, &v->log, &v->lost, &v->other_boot, &check) != ERR_OK) {
        fault_complain(v->file ? v->file : "the device's log", &check);
        code = EXIT_NO;
    }
    free(bytes);
    return code;
}

bool log_good(const struct log_verdict *v)
{
    return v->quoted ? quote_good(&v->quote) : v->anchor == ANCHOR_FOUND;
}

static bool log_save(const char *path, const uint8_t *bytes, size_t size)
{
    struct new_file file = {0};
    return file_create(&file, path) && file_finish(&file, bytes, size);
}

// Compared first, then saved: the new log may take the older one's place.
static int conclude(struct log_verdict *v, const struct asked *asked, const uint8_t *bytes,
                    size_t size)
{
    int code = judge(v, asked);
    if (code != EXIT_GOOD)
        return code;
    if (asked->save && !log_save(asked->save, bytes, size))
        return EXIT_UNABLE;
    (asked->json ? log_print_json : log_print)(v);
    return log_good(v) ? EXIT_GOOD : EXIT_NO;
}

static int log_ask(struct log_verdict *v, const struct asked *asked)
{
    static struct device device;
    static uint8_t bytes[JOURNAL_FILE_MAX];
    static struct evidence_work work;
    struct journal_check check;
    uint8_t nonce[NONCE];
    size_t size = 0;
    if (getrandom(nonce, sizeof nonce, 0) != sizeof nonce) {
        report_error("no random numbers: %s - this system's getrandom must work", strerror(errno));
        return EXIT_UNABLE;
    }
    if (!link_options_open(&asked->link, &device))
        return EXIT_UNABLE;
    bool good = log_fetch(&device, nonce, bytes, &size);
    device_close(&device);
    if (!good)
        return EXIT_UNABLE;
    if (journal_verify(bytes, size, &work, &v->log, &check) != ERR_OK) {
        fault_complain("the device's log", &check);
        return EXIT_NO;
    }
    if (memcmp(v->log.head.nonce, nonce, sizeof nonce) != 0) {
        report_error("the device's log was not signed just now: it answers another question - "
                     "somebody shows an old one");
        return EXIT_NO;
    }
    return conclude(v, asked, bytes, size);
}

static int log_check(struct log_verdict *v, const struct asked *asked)
{
    size_t size;
    int code;
    uint8_t *bytes = log_open(v->file, &v->log, &size, &code);
    if (!bytes)
        return code;
    code = conclude(v, asked, bytes, size);
    free(bytes);
    return code;
}

int log_command(int argc, char **argv)
{
    static struct log_verdict verdict;
    struct asked asked = {0};
    struct operands operands;
    const struct option_rule rules[] = {
        LINK_OPTIONS(asked.link),
        {"--save",  &asked.save, NULL},
        {"--since",     &asked.since, NULL},
        {"--key", &asked.key, NULL},
        {"--quote",     &asked.quote.quote, NULL},
        {"--nonce",   &asked.quote.nonce, NULL},
        {"--tpm",     &asked.quote.tpm, NULL},
        {"--image", &asked.quote.image, NULL},
        {"--loader",     &asked.quote.paths.loader, NULL},
        {"--vars", &asked.quote.paths.vars, NULL},
        {"--firmware",     &asked.quote.paths.firmware, NULL},
        {"--volume",   &asked.quote.paths.volume, NULL},
        {"--json",     NULL, &asked.json},
        {0}
    };
    link_options_start(&asked.link);
    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (!quote_request_whole(&asked.quote))
        return EXIT_UNABLE;
    if (operands.count == 0)
        return log_ask(&verdict, &asked);
    if (operands.count != 2 || strcmp(operands.at[0], "verify") != 0 || asked.save) {
        report_error("`log` alone fetches, `log verify FILE` checks - usage: %s", usage);
        return EXIT_UNABLE;
    }
    verdict.file = operands.at[1];
    return log_check(&verdict, &asked);
}
