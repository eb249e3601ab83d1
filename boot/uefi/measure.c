// SPDX-License-Identifier: GPL-3.0-or-later
#include "uefi/measure.h"

#include "core/event_log.h"
#include "format/measure.h"
#include "uefi/gather.h"
#include "x86_64/say.h"

#include <string.h>

// TCG PC Client Platform Firmware Profile 1.05, table 14: what a loader measures.
enum { EVENT_IPL = 13, EVENT_HEADER = 14 };

static const struct efi_guid TCG2 = {
    0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}
};
static const struct efi_guid FINAL_EVENTS = {
    0x1e2ed096, 0x30e2, 0x4254, {0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25}
};

static struct efi_tcg2 *tpm;               // NULL: none that counts
static const struct efi_tcg2_final *later; // NULL: the firmware keeps no such table
static uint64_t known;                     // records of `later` that are in the log already

_Static_assert(MEASURE_TEXT <= EFI_TCG2_EVENT_MAX, "an event holds every text");
_Static_assert(sizeof(struct efi_tcg2_event) == 4 + EVENT_HEADER + EFI_TCG2_EVENT_MAX,
               "no padding");

static int command(const uint8_t *bytes, uint32_t size, uint8_t answer[static COUNTER_ANSWER])
{
    memset(answer, 0, COUNTER_ANSWER);
    return tpm->submit(tpm, size, bytes, COUNTER_ANSWER, answer) == 0;
}

static struct counter counter_read(void)
{
    uint8_t bytes[COUNTER_COMMAND], answer[COUNTER_ANSWER];
    struct counter counter = {.state = COUNTER_BROKEN};
    if (!command(bytes, counter_ask_public(bytes), answer))
        return counter;
    counter.state = counter_hear_public(answer);
    if (counter.state != COUNTER_KNOWN)
        return counter;
    if (!command(bytes, counter_ask_value(bytes), answer))
        counter.state = COUNTER_BROKEN;
    else
        counter = counter_hear_value(answer);
    return counter;
}

void measure_find(const struct efi_system *system, struct start *start)
{
    struct efi_tcg2_capability capability = {.size = sizeof capability};
    start->counter.state = COUNTER_ABSENT;
    if (system->boot->locate_protocol(&TCG2, NULL, (void **)&tpm) != 0 ||
        tpm->get_capability(tpm, &capability) != 0 || capability.present == 0) {
        tpm = NULL;
        return;
    }
    start->counter = counter_read();
    if ((capability.banks & EFI_TCG2_SHA256) == 0)
        tpm = NULL;
}

static void extend(const struct measurement *m)
{
    struct efi_tcg2_event event = {.size = 4 + EVENT_HEADER + m->text_size,
                                   .header_size = EVENT_HEADER,
                                   .header_version = 1,
                                   .pcr = (uint32_t)m->pcr,
                                   .kind = EVENT_IPL};
    memcpy(event.text, m->text, m->text_size);
    if (tpm->hash_log_extend(tpm, 0, (uintptr_t)m->data, m->size, &event) != 0)
        stop(BOOT_STOP_TPM);
}

static void log_take(const struct efi_system *system, struct start *start)
{
    uint64_t location = 0, last = 0;
    uint8_t truncated = 0;
    if (tpm->get_event_log(tpm, EFI_TCG2_LOG_AGILE, &location, &last, &truncated) != 0 ||
        location == 0 || last < location || last - location > EVENT_LOG_MAX)
        return;
    start->event_log = phys_at(&start->phys, location);
    start->info.event_log_size = event_log_size(start->event_log, last - location);
    later = (const struct efi_tcg2_final *)gather_table(system, &FINAL_EVENTS);
    known = later != NULL ? later->count : 0;
}

void measure_bundle(const struct efi_system *system, struct start *start)
{
    struct measurement list[MEASURE_COUNT];
    if (tpm == NULL)
        return;
    measure_list(start->verified.header, list);
    for (unsigned i = 0; i < MEASURE_COUNT; i++)
        extend(&list[i]);
    start->info.measured = BOOT_MEASURED;
    say_progress("measured into the TPM");
    log_take(system, start);
}

void measure_finish(struct start *start)
{
    if (later == NULL || later->count <= known)
        return;
    const uint64_t before = event_log_span(later->events, known);
    const uint64_t after = event_log_span(later->events, later->count);
    if (after <= before || after - before > EVENT_LATE_MAX)
        return;
    start->late_log = later->events + before;
    start->late_size = after - before;
}
