// SPDX-License-Identifier: GPL-3.0-or-later
#include "book.h"
#include "os/panic.h"
#include <string.h>

void book_begin(struct book *b, const uint8_t boot_id[JOURNAL_BOOT_ID])
{
    memset(b, 0, sizeof *b);
    memcpy(b->boot_id, boot_id, sizeof b->boot_id);
    b->first = 1;
    journal_chain_start(boot_id, b->before);
    memcpy(b->last, b->before, sizeof b->last);
}

void book_state(const struct book *b, struct book_state *state)
{
    *state = (struct book_state){.next = b->first + b->count, .time = b->time};
    memcpy(state->boot_id, b->boot_id, sizeof state->boot_id);
    memcpy(state->last, b->last, sizeof state->last);
}

err_t book_resume(struct book *b, const struct book_state *state)
{
    if (state->next == 0)
        return ERR_BAD_DATA;
    book_begin(b, state->boot_id);
    b->first = state->next;
    b->time = state->time;
    memcpy(b->before, state->last, sizeof b->before);
    memcpy(b->last, state->last, sizeof b->last);
    return ERR_OK;
}

const uint8_t *book_entry(const struct book *b, size_t index, size_t *size)
{
    size_t place = (size_t)((b->first + index) % BOOK_ENTRIES);
    *size = b->entries[place].size;
    return b->entries[place].bytes;
}

// K1
static void oldest_drop(struct book *b)
{
    size_t size;
    const uint8_t *bytes = book_entry(b, 0, &size);
    journal_chain(b->before, bytes, size);
    b->first++;
    b->count--;
}

void book_add(struct book *b, struct journal_entry *e, nsec_t now)
{
    size_t size;
    if (b->count == BOOK_ENTRIES)
        oldest_drop(b);
    b->time = now > b->time ? now : b->time; // K3
    e->sequence = b->first + b->count;
    e->time = b->time;
    size_t place = (size_t)(e->sequence % BOOK_ENTRIES);
    err_t err = journal_entry_put(e, b->entries[place].bytes, &size);
    ASSERT(err == ERR_OK, "an entry is made of what can be written");
    b->entries[place].size = (uint16_t)size;
    b->count++;
    journal_chain(b->last, b->entries[place].bytes, size);
}

// What it has not used for so long that it has all again is as good as new.
static void talker_refill(struct talker *t, nsec_t now)
{
    while (t->left < BOOK_SHARE && t->refill <= now) {
        t->left++;
        t->refill += BOOK_REST;
    }
}

static bool talker_rested(const struct talker *t)
{
    return t->kind == 0 || (t->left == BOOK_SHARE && t->untold == 0);
}

// The talker of that name and kind. When all places are taken by others that have talked lately,
// the first place is everybody's.
static struct talker *talker_of(struct book *b, const char *who, uint32_t kind, nsec_t now)
{
    struct talker *rested = NULL;
    for (size_t i = 1; i < BOOK_TALKERS; i++) {
        struct talker *t = &b->talkers[i];
        talker_refill(t, now);
        if (t->kind == kind && strcmp(t->who, who) == 0)
            return t;
        if (!rested && talker_rested(t))
            rested = t;
    }
    if (!rested) {
        rested = &b->talkers[0];
        talker_refill(rested, now);
        if (rested->kind != 0)
            return rested;
    }
    *rested = (struct talker){.kind = kind, .left = BOOK_SHARE};
    memcpy(rested->who, who, strlen(who));
    return rested;
}

// Make an entry of what was counted, if there may be one now.
static void talker_tell(struct book *b, struct talker *t, nsec_t now)
{
    if (t->untold == 0 || t->left == 0 || now < t->next)
        return;
    if (t->untold > 1)
        journal_number(&t->latest, JOURNAL_COUNT, t->untold);
    t->untold = 0;
    if (t->left-- == BOOK_SHARE)
        t->refill = now + BOOK_REST;
    uint32_t used = BOOK_SHARE - t->left;
    if (used >= BOOK_BURST)
        t->next = now + (BOOK_PAUSE << (used - BOOK_BURST));
    book_add(b, &t->latest, now);
}

void book_noise(struct book *b, struct journal_entry *e, nsec_t now)
{
    struct talker *t = talker_of(b, e->who, e->kind, now);
    uint64_t events = e->present >> JOURNAL_COUNT & 1 ? e->number[JOURNAL_COUNT] : 1;
    t->untold += events < UINT64_MAX - t->untold ? events : UINT64_MAX - t->untold;
    t->latest = *e;
    talker_tell(b, t, now);
}

void book_tick(struct book *b, nsec_t now)
{
    for (size_t i = 0; i < BOOK_TALKERS; i++) {
        struct talker *t = &b->talkers[i];
        if (t->kind == 0)
            continue;
        talker_refill(t, now);
        talker_tell(b, t, now);
    }
}
