// SPDX-License-Identifier: GPL-3.0-or-later
#include "plan.h"
#include "abi/syscall.h"
#include "image.h"
#include "place.h"
#include <stdbool.h>
#include <string.h>

enum {
    UNTYPED_PAGES_MAX = 65536,
    SLOTS_MIN = 128, // a power of two above START_SLOT_FREE
    SLOTS_MAX = 65536,
    PORTS_END = 65536,
    ISA_LINES = 16,
    PLAN_FLAGS = PLAN_FPU | PLAN_SECRET | PLAN_SEED | PLAN_APP | PLAN_CELLS | PLAN_RESTART |
                 PLAN_AUDIT | PLAN_DENIALS,
    STEWARD_SERVICE_NUMBER = 1,
    PAGES_PER_TABLE = 512,
    LEAVES_PER_TABLE = PAGE_SIZE / CODE_HASH,
};

// Bytes `size` at `offset` lie inside `total`.
static bool range_ok(uint64_t offset, uint64_t size, uint64_t total)
{
    return offset <= total && size <= total - offset;
}

bool plan_word_good(const char word[BUNDLE_NAME])
{
    size_t length = strnlen(word, BUNDLE_NAME);
    if (length == 0 || length == BUNDLE_NAME)
        return false;
    for (size_t i = 0; i < length; i++)
        if (word[i] <= ' ' || word[i] > '~')
            return false;
    for (size_t i = length; i < BUNDLE_NAME; i++)
        if (word[i] != '\0')
            return false;
    return true;
}

static const char *program_check(const struct bundle_view *v, uint32_t index)
{
    if (index >= v->entry_count || v->entries[index].kind != BUNDLE_CELL)
        return "its image is no program of the bundle";
    return image_check(&v->entries[index], v->payload, v->payload_size);
}

static const char *devices_check(const struct plan_cell *c)
{
    for (int i = 0; i < START_DEVICES; i++) {
        if (c->ports[i].base + (uint32_t)c->ports[i].count > PORTS_END)
            return "its ports do not exist";
        if (c->mmio[i].pages > MMIO_PAGES_MAX ||
            c->mmio[i].first > MMIO_PAGE_END - c->mmio[i].pages)
            return "its device memory does not exist";
        if (c->interrupts[i] > ISA_LINES)
            return "its interrupt does not exist";
    }
    return NULL;
}

const char *plan_cell_wrong(const struct plan_cell *c)
{
    if (!plan_word_good(c->name) || !plan_word_good(c->app_id))
        return "its name or app id is empty, too long or not printable";
    if (c->service >= START_SERVICES)
        return "it implements a service that cannot exist";
    if ((c->flags & ~(uint32_t)PLAN_FLAGS) != 0)
        return "its flags are unknown";
    if (c->heap_pages > CELL_HEAP_PAGES_MAX || c->untyped_pages > UNTYPED_PAGES_MAX)
        return "it asks for too much memory";
    if (c->stack_pages == 0 || c->stack_pages > CELL_STACK_PAGES_MAX)
        return "its stack is empty or too large";
    if (c->slots < SLOTS_MIN || c->slots > SLOTS_MAX || (c->slots & (c->slots - 1)) != 0)
        return "its number of slots is out of range";
    if (c->argument[sizeof c->argument - 1] != '\0')
        return "its argument is too long";
    if (c->priority == 0 || c->priority >= STEWARD_PRIORITY)
        return "its priority is out of range";
    if (c->budget_us > c->period_us || c->period_us > PLAN_PERIOD_MAX ||
        (c->budget_us == 0 && c->period_us != 0))
        return "its budget is out of range";
    return devices_check(c);
}

static bool ports_overlap(const struct plan_cell *a, const struct plan_cell *b)
{
    for (int i = 0; i < START_DEVICES; i++)
        for (int k = 0; k < START_DEVICES; k++)
            if (a->ports[i].base < b->ports[k].base + (uint32_t)b->ports[k].count &&
                b->ports[k].base < a->ports[i].base + (uint32_t)a->ports[i].count)
                return true;
    return false;
}

static bool mmio_overlap(const struct plan_cell *a, const struct plan_cell *b)
{
    for (int i = 0; i < START_DEVICES; i++)
        for (int k = 0; k < START_DEVICES; k++)
            if (a->mmio[i].first < b->mmio[k].first + b->mmio[k].pages &&
                b->mmio[k].first < a->mmio[i].first + a->mmio[i].pages)
                return true;
    return false;
}

static bool interrupts_shared(const struct plan_cell *a, const struct plan_cell *b)
{
    for (int i = 0; i < START_DEVICES; i++)
        for (int k = 0; k < START_DEVICES; k++)
            if (a->interrupts[i] != 0 && a->interrupts[i] == b->interrupts[k])
                return true;
    return false;
}

// What two cells may not have in common.
static const char *pair_check(const struct plan_cell *a, const struct plan_cell *b)
{
    if (strncmp(a->name, b->name, sizeof a->name) == 0)
        return "another cell has its name";
    if (a->service != 0 && a->service == b->service)
        return "another cell implements its service";
    if ((a->flags & b->flags & PLAN_SEED) != 0)
        return "another cell gets the seed";
    if (ports_overlap(a, b) || mmio_overlap(a, b) || interrupts_shared(a, b))
        return "another cell drives its device";
    return NULL;
}

static const char *cells_check(const struct bundle_view *v, uint32_t *culprit)
{
    if (v->cells[0].service != STEWARD_SERVICE_NUMBER)
        return "cell 0 is not the steward";
    for (uint32_t i = 1; i < v->cell_count; i++) {
        *culprit = i;
        const char *why = plan_cell_wrong(&v->cells[i]);
        if (why == NULL)
            why = program_check(v, v->cells[i].image);
        for (uint32_t k = 0; why == NULL && k < i; k++)
            why = pair_check(&v->cells[k], &v->cells[i]);
        if (why != NULL)
            return why;
    }
    return NULL;
}

uint32_t plan_server(const struct bundle_view *v, uint32_t service)
{
    for (uint32_t i = 0; i < v->cell_count; i++)
        if (v->cells[i].service == service)
            return i;
    return PLAN_CELLS_MAX;
}

static const char *grants_check(const struct bundle_view *v, uint32_t *culprit)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < v->grant_count; i++) {
        const struct plan_grant *g = &v->grants[i];
        uint64_t order = (uint64_t)g->cell << 32 | g->service;
        *culprit = PLAN_CELLS_MAX;
        if (g->cell == 0 || g->cell >= v->cell_count || g->service == 0 ||
            g->service >= START_SERVICES || order <= last)
            return "a permission names no cell or service, or stands in the wrong order";
        last = order;
        *culprit = g->cell;
        if (((g->methods | g->consent) & (1 | (uint64_t)1 << FAULT_METHOD)) != 0)
            return "it would call a method that no service has";
        uint32_t server = plan_server(v, g->service);
        if (server == PLAN_CELLS_MAX)
            return "it would call a service that no cell implements";
        // Calls only go upwards, so that no two cells can wait for each other.
        if (server != 0 && v->cells[server].priority <= v->cells[g->cell].priority)
            return "it would call a service of no higher priority";
    }
    return NULL;
}

static const char *header_check(const uint8_t *bundle, uint64_t pages, struct bundle_view *v)
{
    // Safety: page-aligned, and `pages` says that there is a whole page.
    v->header = (const struct bundle_header *)bundle;
    if (v->header->magic != BUNDLE_MAGIC || v->header->format != BUNDLE_FORMAT)
        return "the bundle is of another format";
    if (v->header->payload_pages == 0 || v->header->payload_pages > BUNDLE_PAGES_MAX ||
        v->header->payload_pages > pages - 1)
        return "the bundle is not as long as it says";
    v->payload = bundle + BUNDLE_HEADER_SIZE;
    v->payload_size = v->header->payload_pages * PAGE_SIZE;
    // Safety: the payload starts with the entry table; it is page-aligned and checked to fit.
    v->entries = (const struct bundle_entry *)v->payload;
    v->entry_count = v->header->entry_count;
    if (v->entry_count > BUNDLE_ENTRIES_MAX ||
        v->entry_count * sizeof(struct bundle_entry) > v->payload_size)
        return "the bundle's table is too long";
    return NULL;
}

static const char *ceiling_check(const struct plan_ceiling *c)
{
    if (c->apps > PLAN_APPS_MAX || c->pages > UNTYPED_PAGES_MAX || c->heap_pages > c->pages ||
        c->stack_pages > c->pages || c->priority >= STEWARD_PRIORITY ||
        c->budget_us > c->period_us || c->period_us > PLAN_PERIOD_MAX)
        return "what installed apps may have is out of range";
    return NULL;
}

static const char *plan_find(struct bundle_view *v)
{
    const struct bundle_entry *e = NULL;
    for (uint32_t i = 0; i < v->entry_count && e == NULL; i++)
        if (v->entries[i].kind == BUNDLE_PLAN)
            e = &v->entries[i];
    if (e == NULL)
        return "the bundle holds no plan";
    const struct bundle_span *bytes = &e->part[BUNDLE_BYTES];
    if (bytes->offset % BUNDLE_ALIGN != 0 ||
        !range_ok(bytes->offset, bytes->size, v->payload_size) || bytes->size < sizeof(struct plan))
        return "the plan lies outside the bundle";
    // Safety: in the payload, aligned to BUNDLE_ALIGN, at least that long.
    const struct plan *plan = (const struct plan *)(v->payload + bytes->offset);
    if (plan->magic != PLAN_MAGIC || plan->version != PLAN_VERSION)
        return "the plan is of another version";
    if (plan->cell_count == 0 || plan->cell_count > PLAN_CELLS_MAX ||
        plan->grant_count > PLAN_GRANTS_MAX)
        return "the plan has too many cells or permissions";
    if (sizeof *plan + sizeof *v->ceiling + plan->cell_count * sizeof *v->cells +
            plan->grant_count * sizeof *v->grants >
        bytes->size)
        return "the plan is not as long as it says";
    v->cell_count = plan->cell_count;
    v->grant_count = plan->grant_count;
    // Safety: the sizes were just checked, and a plan_cell wants an alignment of 4.
    v->ceiling = (const struct plan_ceiling *)(plan + 1);
    v->cells = (const struct plan_cell *)(v->ceiling + 1);
    memcpy(v->grants, v->cells + v->cell_count, v->grant_count * sizeof *v->grants);
    return ceiling_check(v->ceiling);
}
_Static_assert(_Alignof(struct plan_cell) <= 4, "cells are aligned behind struct plan");

err_t plan_read(const uint8_t *bundle, uint64_t pages, struct bundle_view *out, const char **why,
                uint32_t *culprit)
{
    struct bundle_view v = {0};
    *culprit = PLAN_CELLS_MAX;
    *why = pages < 2 ? "the bundle is empty" : header_check(bundle, pages, &v);
    if (*why == NULL)
        *why = plan_find(&v);
    if (*why == NULL)
        *why = cells_check(&v, culprit);
    if (*why == NULL)
        *why = grants_check(&v, culprit);
    if (*why != NULL)
        return ERR_BAD_DATA;
    *out = v;
    return ERR_OK;
}

// Tables of the last level, each for 2 MiB, that an area touches.
static uint32_t area_tables(uint64_t address, uint64_t pages)
{
    uint64_t first = address / PAGE_SIZE / PAGES_PER_TABLE;
    uint64_t end = (address / PAGE_SIZE + pages + PAGES_PER_TABLE - 1) / PAGES_PER_TABLE;
    return pages == 0 ? 0 : (uint32_t)(end - first);
}

uint32_t plan_tables(const struct bundle_view *v, uint32_t cell)
{
    const struct plan_cell *c = plan_cell(v, cell);
    const struct bundle_entry *e = plan_image(v, cell);
    // One table for each of the two GiB that the areas with fixed places lie in (abi/layout.h), and
    // one above them; where the kernel keeps the leaves. A cell with memory of its own gets spare
    // ones to map frames with.
    uint32_t leaves = (image_sealed_pages(e) + LEAVES_PER_TABLE - 1) / LEAVES_PER_TABLE;
    uint32_t upper = 3, spare = c->untyped_pages != 0 ? 16 : 0;
    for (uint32_t i = 0; i < START_DEVICES; i++)
        spare += area_tables(CELL_DEVICE_BASE + (uint64_t)i * CELL_DEVICE_SPAN, c->mmio[i].pages);
    return upper + spare + leaves + places_tables(image_pages(e), c->heap_pages, c->stack_pages) +
           area_tables(CELL_LEASE_BASE, CELL_LEASE_PAGES) +
           area_tables(CELL_WINDOW_BASE, CELL_WINDOW_PAGES) + area_tables(CELL_START_BASE, 1);
}

uint64_t plan_pages(const struct bundle_view *v, uint32_t cell)
{
    const struct plan_cell *c = plan_cell(v, cell);
    const struct bundle_entry *e = plan_image(v, cell);
    return image_pages(e) + c->heap_pages + c->stack_pages + c->untyped_pages + CELL_LEASE_PAGES +
           1;
}

static const struct plan_guest *guest_of(const struct bundle_view *v, uint64_t number)
{
    return number >= PLAN_CELLS_MAX ? &v->guests[number - PLAN_CELLS_MAX] : NULL;
}

enum { IDENTITY_NUMBER = 16 }; // bits of it

uint64_t plan_identity(const struct bundle_view *v, uint32_t number)
{
    const struct plan_guest *guest = guest_of(v, number);
    return guest != NULL ? guest->serial << IDENTITY_NUMBER | number : number;
}

uint32_t plan_number(const struct bundle_view *v, uint64_t identity)
{
    const uint32_t number = (uint32_t)(identity & ((1u << IDENTITY_NUMBER) - 1));
    if (plan_cell(v, number) == NULL || plan_identity(v, number) != identity)
        return CELLS_MAX;
    return number;
}

const struct plan_cell *plan_cell(const struct bundle_view *v, uint64_t number)
{
    if (number < v->cell_count)
        return &v->cells[number];
    if (number < PLAN_CELLS_MAX || number >= CELLS_MAX || !guest_of(v, number)->there)
        return NULL;
    return &guest_of(v, number)->cell;
}

const struct bundle_entry *plan_image(const struct bundle_view *v, uint32_t cell)
{
    const struct plan_guest *guest = guest_of(v, cell);
    return guest != NULL ? &guest->image : &v->entries[v->cells[cell].image];
}

const uint8_t *plan_payload(const struct bundle_view *v, uint32_t cell)
{
    const struct plan_guest *guest = guest_of(v, cell);
    return guest != NULL ? guest->payload : v->payload;
}

const struct plan_grant *plan_grants(const struct bundle_view *v, uint32_t cell, uint32_t *count)
{
    const struct plan_guest *guest = guest_of(v, cell);
    uint32_t first = 0;
    *count = guest != NULL ? guest->grant_count : 0;
    if (guest != NULL)
        return guest->grants;
    while (first < v->grant_count && v->grants[first].cell < cell) // they are sorted by cell
        first++;
    while (first + *count < v->grant_count && v->grants[first + *count].cell == cell)
        ++*count;
    return &v->grants[first];
}
