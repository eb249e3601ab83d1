// SPDX-License-Identifier: GPL-3.0-or-later
// How late can an urgent thread be? A thread of low priority keeps the kernel busy with one long
// operation after the other; this one, of high priority, sleeps until a moment in the middle of it.
// Each line on the log is `latency NAME N`: the latest that it woke, in nanoseconds after its
// deadline, of many moments. Under `-icount shift=0` a nanosecond is one executed instruction.
#include "gen/audit.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "os/text.h"
#include "tests/cells/code.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

#define MAP_BASE     0x00000000a0000000u
#define LEND_BASE    0x00000000b0000000u
#define WINDOW_BASE  0x00000000c0000000u
#define INBOX_BASE   0x00000000d0000000u
#define RESERVE_BASE 0x0000010000000000u

enum { LEASE_PAGES = 256, FRAME_PAGES = 1024, PIECE_PAGES = 4096 };
enum { CELL_SLOTS = 2048, CELL_TABLES = 16, LARGE_SLOTS = 65536, LARGE_TABLES = 1024 };
enum { PRIORITY_WORKER = 50, PRIORITY_SERVER = 60, METHOD = 1, EDGE = 16384, AUDIT_PAGES = 4 };

static cap_t endpoint, piece, object, inner, go, done;
static uint32_t object_slot, inner_slot;

static void must(err_t err, const char *what)
{
    ASSERT(err == ERR_OK, what);
}

static void piece_empty(void)
{
    must(cell_revoke(CAP_SELF, piece), "a piece taken back");
}

static void piece_frame(void)
{
    piece_empty();
    must(untyped_retype_frame(piece, object_slot, FRAME_PAGES, &object), "a frame");
}

static void map(void)
{
    must(frame_map(object, CAP_SELF, MAP_BASE, ACCESS_READ | ACCESS_WRITE), "mapping");
}

static void unmap(void)
{
    must(frame_unmap(object), "unmapping");
}

static void piece_mapped(void)
{
    piece_frame();
    map();
}

static void end_frame(void)
{
    must(cell_delete(CAP_SELF, object), "deleting");
}

// A cell whose table is full of capabilities to the endpoint, with a full page table.
static void piece_cell(void)
{
    cap_t made;

    piece_frame();
    must(untyped_retype_cell(piece, inner_slot, CELL_SLOTS, CELL_TABLES, &inner), "a cell");
    must(cell_reserve(inner, MAP_BASE, FRAME_PAGES), "tables");
    must(frame_map(object, inner, MAP_BASE, ACCESS_READ), "mapping there");
    for (uint32_t i = 1; i < CELL_SLOTS; i++)
        must(cell_derive(inner, endpoint, i, RIGHT_READ, 1, 0, 0, &made), "a capability");
}

static void delete_cell(void)
{
    must(cell_delete(CAP_SELF, inner), "deleting a cell");
}

static void revoke(void)
{
    must(cell_revoke(CAP_SELF, endpoint), "revoking");
}

static void large_cell(void)
{
    must(untyped_retype_cell(piece, inner_slot, LARGE_SLOTS, LARGE_TABLES, &inner), "a large cell");
}

static void piece_large_cell(void)
{
    piece_empty();
    large_cell();
}

static void reserve(void)
{
    must(cell_reserve(inner, RESERVE_BASE, (uint64_t)(LARGE_TABLES - 8) * PAGE_SIZE / 8), "tables");
}

static void retype(void)
{
    must(untyped_retype_frame(piece, object_slot, FRAME_PAGES, &object), "a frame");
}

static void lend(void)
{
    must(raw_lend(endpoint, METHOD, LEASE_LEND_MUT, LEND_BASE, LEASE_PAGES), "lending");
}

static void move(void)
{
    must(raw_lend(endpoint, METHOD, LEASE_MOVE, LEND_BASE, LEASE_PAGES), "moving");
}

// A cell of one page of code: its leaf is its root, and needs no proof.
static void piece_program(void)
{
    static const uint8_t page[PAGE_SIZE];
    uint64_t root[4];

    piece_empty();
    code_leaf_of(page, 0, CODE_TEXT, (uint8_t *)root);
    must(untyped_retype_frame(piece, object_slot, 1, &object), "a frame");
    must(untyped_retype_cell(piece, inner_slot, CELL_SLOTS, CELL_TABLES, &inner), "a cell");
    must(cell_reserve(inner, CELL_CODE_BASE, 1), "tables");
    must(cell_authorise(inner, CELL_CODE_BASE, 1, root[0], root[1], root[2], root[3]), "a root");
}

static void seal(void)
{
    must(frame_seal(object, inner, 0, 0, CODE_TEXT, LEND_BASE, 0), "sealing");
}

static void audit(void)
{
    uint64_t passes, position, pages;

    must(audit_step(start_page()->audit, AUDIT_PAGES, &passes, &position, &pages), "an audit");
}

static void nothing(void)
{
    for (volatile uint32_t i = 0; i < 20000; i++)
        ;
}

static void no_preparation(void)
{
}

static const struct operation {
    const char *name;
    void (*prepare)(void), (*run)(void);
    uint32_t samples;
} operations[] = {
    {"user mode",                      no_preparation,   nothing,     96},
    {"lend 256 pages, begin and end",  no_preparation,   lend,        96},
    {"move 256 pages",                 no_preparation,   move,        48},
    {"map 1,024 pages",                piece_frame,      map,         48},
    {"unmap 1,024 pages",              piece_mapped,     unmap,       48},
    {"delete a frame of 1,024 pages",  piece_mapped,     end_frame,   48},
    {"retype 1,024 pages",             piece_empty,      retype,      48},
    {"revoke 2,047 capabilities",      piece_cell,       revoke,      24},
    {"end of a cell with full tables", piece_cell,       delete_cell, 24},
    {"retype a cell of 65,536 slots",  piece_empty,      large_cell,  24},
    {"reserve 1,016 page tables",      piece_large_cell, reserve,     24},
    {"end of a cell of 65,536 slots",  piece_large_cell, delete_cell, 12},
    {"seal a page of code",            piece_program,    seal,        96},
    {"audit 4 pages of code",          no_preparation,   audit,       96},
};
static const struct operation *volatile job;

static void work(uint64_t unused)
{
    uint64_t bits;

    (void)unused;
    for (;;) {
        must(sys_wait(go, 0, &bits), "waiting for work");
        job->run();
        must(sys_signal(done, 1), "work done");
    }
}

static void serve(uint64_t unused)
{
    struct syscall s;

    (void)unused;
    (void)raw_recv(endpoint, 0, 0, &s);
    for (;;)
        (void)raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
}

// One go, with a deadline `after` nanoseconds from its start (0: none). False: it was over before.
static bool sample(const struct operation *o, nsec_t after, nsec_t *took)
{
    uint64_t bits;
    nsec_t start, due;
    err_t err;

    o->prepare();
    job = o;
    must(sys_signal(go, 1), "work to do");
    start = sys_now();
    due = after ? start + after : 0;
    err = sys_wait(done, due, &bits);
    *took = sys_now() - (after ? due : start);
    if (err == ERR_TIMED_OUT)
        must(sys_wait(done, 0, &bits), "the end of the work");
    return err == ERR_TIMED_OUT;
}

// When to wake: a third each all over it, and close to its beginning and end.
static nsec_t moment(const struct operation *o, uint32_t i, nsec_t length)
{
    nsec_t edge = length < EDGE ? length : EDGE, at = 3 * (i / 3) + 1;

    if (i % 3 == 0)
        return 1 + length * at / o->samples;
    return i % 3 == 1 ? 1 + edge * at / o->samples : 1 + length - edge * at / o->samples;
}

static void measure(const struct operation *o)
{
    char buffer[96];
    struct text t = text_begin(buffer, sizeof buffer - 1);
    nsec_t length, late, worst = 0;

    (void)sample(o, 0, &length);
    (void)sample(o, 0, &length);
    for (uint32_t i = 0; i < o->samples; i++)
        if (sample(o, moment(o, i, length), &late) && late > worst)
            worst = late;
    text_string(&t, "latency ");
    text_string(&t, o->name);
    buffer[t.length] = 0;
    probe_number(buffer, worst);
}

static void threads_start(void)
{
    static struct test_thread worker, server;
    cap_t pages;

    must(test_pages(LEND_BASE, LEASE_PAGES, &pages), "pages to lend");
    must(test_pages(INBOX_BASE, LEASE_PAGES, &pages), "an inbox");
    must(test_thread_start(&server, serve, 0, PRIORITY_SERVER), "a server");
    must(cell_reserve(CAP_SELF, WINDOW_BASE, LEASE_PAGES), "tables for a window");
    must(thread_window(server.thread, WINDOW_BASE, LEASE_PAGES), "a window");
    must(thread_inbox(server.thread, INBOX_BASE, LEASE_PAGES), "an inbox");
    must(test_thread_start(&worker, work, 0, PRIORITY_WORKER), "a worker");
}

int main(void)
{
    cap_t memory = start_page()->untyped;

    must(untyped_retype_endpoint(memory, test_slot(), &endpoint), "an endpoint");
    must(untyped_retype_signal(memory, test_slot(), &go), "a signal");
    must(untyped_retype_signal(memory, test_slot(), &done), "a signal");
    must(untyped_retype_untyped(memory, test_slot(), PIECE_PAGES, RIGHT_ALL, &piece), "a piece");
    must(cell_reserve(CAP_SELF, MAP_BASE, FRAME_PAGES), "tables");
    object_slot = test_slot();
    inner_slot = test_slot();
    threads_start();
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        measure(&operations[i]);
    probe_say("latency end");
    return 0;
}
