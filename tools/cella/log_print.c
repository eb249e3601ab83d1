// SPDX-License-Identifier: GPL-3.0-or-later
// cella log: saying what was found, for people and for machines.
#include "abi/boot_info.h"
#include "format/fingerprint.h"
#include "json.h"
#include "log.h"
#include "shown.h"
#include <stdio.h>

#define SECOND 1000000000u

static void time_print(uint64_t time)
{
    uint64_t s = time / SECOND;
    printf("%3llu:%02llu:%02llu.%03llu", (unsigned long long)(s / 3600),
           (unsigned long long)(s / 60 % 60), (unsigned long long)(s % 60),
           (unsigned long long)(time % SECOND / 1000000));
}

static void hex_print(const char *name, const uint8_t *data, size_t size)
{
    printf("%s", name);
    for (size_t i = 0; i < size; i++)
        printf("%02x", data[i]);
    putchar('\n');
}

static void since_print(const struct log_verdict *v)
{
    if (!v->since)
        return;
    printf("since       %s: ", shown(v->since));
    if (v->other_boot)
        printf("the log was begun anew after that one; what happened between the two is in "
               "neither\n");
    else if (v->lost)
        printf("this is what became of it, but %llu entries between the two have left the log\n",
               (unsigned long long)v->lost);
    else
        printf("this is what became of it, and nothing between the two is missing\n");
}

static void head_print(const struct log_verdict *v)
{
    const struct evidence *e = &v->log.head;
    const struct evidence_journal *j = &e->journal;
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(e->device_key, fingerprint);
    printf("log         whole: nothing was cut, changed or moved since the device key signed it\n");
    printf("device key  %s\n", fingerprint);
    hex_print("            ", e->device_key, EVIDENCE_KEY);
    if (v->anchor == ANCHOR_FOUND)
        printf("anchor      this key is enrolled (%s)\n", shown(v->anchors.place));
    else
        printf("anchor      unanchored: %s\n", v->anchor == ANCHOR_NONE
                                                   ? "no device key is enrolled here"
                                                   : "this key is none of those enrolled");
    printf("system      profile %.*s, version %.*s%s\n", (int)e->profile.length, e->profile.text,
           (int)e->version.length, e->version.text,
           e->entry == BOOT_UEFI ? "" : ", booted direct (unmeasured)");
    hex_print("bundle      ", e->bundle, EVIDENCE_DIGEST);
    printf("entries     %llu to %llu", (unsigned long long)j->first,
           (unsigned long long)(j->first + j->count - 1));
    if (j->first > 1)
        printf("; the %llu before them have left the log", (unsigned long long)(j->first - 1));
    printf("\nsigned     ");
    time_print(j->time);
    printf(" after the device was started\n");
    since_print(v);
    if (v->quoted)
        quote_print(&v->quote);
}

void log_print(const struct log_verdict *v)
{
    struct journal_entry e;
    char words[LOG_WORDS];
    size_t at = 0;
    head_print(v);
    printf("\n    number          time  what\n");
    while (journal_next(&v->log, &at, &e)) {
        printf("%10llu ", (unsigned long long)e.sequence);
        time_print(e.time);
        printf("  %s\n", log_words(&e, words));
    }
    if (v->quoted && !log_good(v))
        printf(quote_grown(&v->quote) ? "\nThis device was started from these files, and programs "
                                        "were installed since, which the quote\ndoes not name.\n"
                                      : "\nThis device was not started from these files.\n");
    else if (!log_good(v))
        printf("\nThis proves nothing yet: anybody can make a key and sign a log with it. Compare "
               "the fingerprint\nabove with the device's console and give that key with --key.\n");
}

static void json_number(const char *key, uint64_t value)
{
    printf(",\"%s\":%llu", key, (unsigned long long)value);
}

static void entry_print_json(const struct journal_entry *e)
{
    static const char *const names[JOURNAL_FIELD_COUNT] = {
        [JOURNAL_CAUSE] = "cause",   [JOURNAL_OBJECT] = "object", [JOURNAL_SLOT] = "slot",
        [JOURNAL_METHOD] = "method", [JOURNAL_ERROR] = "error",   [JOURNAL_COUNT] = "count",
        [JOURNAL_DETAIL] = "detail",
    };
    char words[LOG_WORDS];
    printf("{\"number\":%llu,\"time\":%llu,\"kind\":", (unsigned long long)e->sequence,
           (unsigned long long)e->time);
    json_string(stdout, journal_kind_name(e->kind));
    printf(",\"who\":");
    json_string(stdout, e->who);
    if (e->present >> JOURNAL_TEXT & 1) {
        printf(",\"text\":");
        json_string(stdout, e->text);
    }
    if (e->present >> JOURNAL_DIGEST & 1) {
        printf(",\"digest\":");
        json_hex(stdout, e->digest, sizeof e->digest);
    }
    for (uint32_t field = JOURNAL_CAUSE; field < JOURNAL_FIELD_COUNT; field++)
        if (e->present >> field & 1)
            json_number(names[field], e->number[field]);
    printf(",\"words\":");
    json_string(stdout, log_words(e, words));
    putchar('}');
}

void log_print_json(const struct log_verdict *v)
{
    const struct evidence *e = &v->log.head;
    struct journal_entry entry;
    size_t at = 0;
    printf("{\"log\":\"whole\",\"anchored\":%s,\"device_key\":",
           v->anchor == ANCHOR_FOUND ? "true" : "false");
    json_hex(stdout, e->device_key, EVIDENCE_KEY);
    printf(",\"profile\":");
    json_bytes(stdout, e->profile.text, e->profile.length);
    printf(",\"version\":");
    json_bytes(stdout, e->version.text, e->version.length);
    printf(",\"bundle\":");
    json_hex(stdout, e->bundle, EVIDENCE_DIGEST);
    printf(",\"boot_id\":");
    json_hex(stdout, e->journal.boot_id, EVIDENCE_BOOT_ID);
    printf(",\"nonce\":");
    json_hex(stdout, e->nonce, EVIDENCE_NONCE);
    json_number("signed", e->journal.time);
    json_number("first", e->journal.first);
    json_number("count", e->journal.count);
    printf(",\"attested\":%s", v->quoted && log_good(v) ? "true" : "false");
    if (v->quoted) {
        printf(",\"quote\":{");
        quote_print_json(&v->quote);
        printf("}");
    }
    if (v->since && v->other_boot)
        printf(",\"since\":\"other boot\"");
    else if (v->since)
        json_number("lost", v->lost);
    printf(",\"entries\":[");
    for (bool first = true; journal_next(&v->log, &at, &entry); first = false) {
        fputs(first ? "\n" : ",\n", stdout);
        entry_print_json(&entry);
    }
    printf("]}\n");
}
