// SPDX-License-Identifier: GPL-3.0-or-later
// Revoke in the middle: interrupted, abandoned, overtaken; what it means for memory; and which
// capabilities a message that waited is checked against.
#include "../test/bed.h"
#include "interrupt.h"
#include "revoke.h"

enum { CELL_A = 100, CELL_B = 110, ENDPOINT = 130, COPY = 140, PIECE = 131, OTHER = 132, AT = 40 };

static struct cell *root;
static struct thread *first, *a, *b;

static cap_t now_in(uint32_t slot)
{
    return cell_handle(root, &root->slots[slot]);
}

static bool is_empty(uint32_t slot)
{
    return root->slots[slot].type == OBJECT_NONE;
}

static err_t retype(struct thread *t, cap_t untyped, uint64_t method, struct bed_args w)
{
    return (err_t)bed_object(t, untyped, method, w);
}

static err_t derive(struct thread *t, cap_t source, uint32_t slot)
{
    return (err_t)bed_object(t, CAP_SELF, CELL_METHOD_DERIVE,
                             ARGS(source, slot, RIGHT_ALL, ~0ull, 0, 0));
}

static err_t on_self(struct thread *t, uint64_t method, uint32_t slot)
{
    return (err_t)bed_object(t, CAP_SELF, method,
                             ARGS(cell_handle(t->cell, &t->cell->slots[slot])));
}

// The call stops at its n-th chance and leaves the rest.
static void interrupt_at(uint32_t n)
{
    first->regs.rip = CELL_CODE_BASE;
    host_preempt_in = n;
}

static void setup(void)
{
    root = host_boot(4096);
    first = bed_first(root);
    a = bed_cell(first, CELL_A, 8, 100);
    b = bed_cell(first, CELL_B, 8, 100);
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(ENDPOINT)),
             ERR_OK);
}

static void finish(void)
{
    CHECK_EQ(object_reap(), ERR_OK);
    host_shutdown();
}

// ENDPOINT with `n` copies and copies of copies in the slots from COPY on.
static void spread(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        CHECK_EQ(derive(first, i % 3 ? now_in(COPY + i - 1) : now_in(ENDPOINT), COPY + i), ERR_OK);
}

static void interrupted(uint32_t n, uint32_t at)
{
    setup();
    spread(n);
    interrupt_at(at);
    on_self(first, CELL_METHOD_REVOKE, ENDPOINT);
    CHECK(bed_restarts(first, CELL_CODE_BASE));
    CHECK(revoke.root == &root->slots[ENDPOINT]);
}

static uint32_t copies(uint32_t n)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < n; i++)
        left += !is_empty(COPY + i);
    return left;
}

// Meanwhile nothing is derived from the object, in whatever way; who tries helps.
static void nothing_is_derived_meanwhile(void)
{
    cap_t mine;

    interrupted(30, 3);
    CHECK_EQ(copies(30), 27);
    mine = now_in(COPY);
    host_preempts = true; // or it would be over after the first try
    CHECK_EQ(derive(first, mine, 300), ERR_BUSY);
    CHECK_EQ(derive(first, now_in(ENDPOINT), 300), ERR_BUSY);
    CHECK_EQ(bed_object(first, handle_of(CELL_A), CELL_METHOD_SUPERVISE, ARGS(mine)), ERR_BUSY);
    CHECK_EQ(copies(30), 24);
    CHECK_EQ(derive(first, handle_of(ROOT_UNTYPED), 300), ERR_BAD_ARGUMENT);
    CHECK_EQ(derive(first, handle_of(CELL_A), 300), ERR_OK); // another object
    host_preempts = false;
    CHECK_EQ(derive(first, now_in(ENDPOINT), 301), ERR_BUSY);
    CHECK_EQ(copies(30), 0);
    CHECK_EQ(derive(first, now_in(ENDPOINT), 301), ERR_OK); // nothing stays BUSY
    first->regs.rax = call_word(SYS_REAP, 0, 0); // the revoke goes on and finds nothing to do
    CHECK_EQ(bed_enter(first), ERR_OK);
    CHECK(!is_empty(301));
    finish();
}

// A capability passed with a message is derived as well.
static void nothing_is_passed_meanwhile(void)
{
    cap_t to_b, from_b, with;

    setup();
    with = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_ALL, ~0ull, 0);
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(OTHER)),
             ERR_OK);
    to_b = bed_grant(first, CELL_A, handle_of(OTHER), AT + 1, RIGHT_WRITE, ~0ull, 0);
    from_b = bed_grant(first, CELL_B, handle_of(OTHER), AT, RIGHT_READ, ~0ull, 0);
    spread(9);
    interrupt_at(1);
    on_self(first, CELL_METHOD_REVOKE, ENDPOINT);
    b->regs.r14 = AT + 1;
    bed_syscall(b, call_word(SYS_RECV, 0, 0), from_b, ARGS(0));
    a->regs.r13 = with;
    CHECK_EQ(bed_syscall(a, call_word(SYS_CALL, 1, 0) | CALL_CAP, to_b, ARGS(0)), ERR_BUSY);
    CHECK_EQ(b->state, THREAD_RECEIVING);
    CHECK_EQ(b->cell->slots[AT + 1].type, OBJECT_NONE);
    finish();
}

// Who began it dies: whoever comes next finishes it.
static void revoker_dies(uint64_t word, bool helps)
{
    interrupted(30, 5);
    thread_stop(first);
    CHECK_EQ(bed_syscall(a, word, CAP_SELF, ARGS(0, 1)),
             word == CELL_METHOD_DELETE ? ERR_BAD_CAPABILITY : ERR_OK);
    CHECK_EQ(copies(30), helps ? 0 : 25);
    CHECK_EQ(revoke_in_progress(), !helps);
    finish();
}

// Its root is deleted, moved, or ends with its cell: no descendant escapes.
static void root_goes(uint64_t method)
{
    interrupted(30, 5);
    CHECK_EQ(bed_object(first, handle_of(ROOT_CELL), method, ARGS(now_in(ENDPOINT), 300)), ERR_OK);
    CHECK(is_empty(ENDPOINT));
    CHECK_EQ(copies(30), method == CELL_METHOD_DELETE ? 0 : 25);
    CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
    CHECK_EQ(copies(30), 0);
    CHECK_EQ(is_empty(300), method == CELL_METHOD_DELETE);
    finish();
}

static void root_ends_with_its_cell(void)
{
    cap_t handle;

    setup();
    handle = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_ALL, ~0ull, 0);
    for (uint32_t i = 0; i < 20; i++)
        CHECK_EQ(bed_object(a, CAP_SELF, CELL_METHOD_DERIVE,
                            ARGS(handle, AT + 1 + i, RIGHT_ALL, ~0ull, 0, 0)),
                 ERR_OK);
    for (uint32_t i = 0; i < 20; i++)
        bed_grant(first, CELL_B, handle_of(ENDPOINT), AT + i, RIGHT_ALL, ~0ull, 0);
    host_preempts = true;
    bed_object(a, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle));
    CHECK(revoke.root == &a->cell->slots[AT]);
    for (uint32_t i = 0; i < 3; i++) // the cell and its only thread go
        on_self(first, CELL_METHOD_DELETE, CELL_A + i);
    CHECK(revoke.root != 0);
    host_preempts = false;
    CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
    CHECK_EQ(((struct object *)root->slots[ENDPOINT].object)->refs, 21); // the others are untouched
    finish();
}

// Two at once: the second waits for the end of the first, and each does what it is to do.
static void two_revokes(void)
{
    interrupted(30, 5);
    bed_grant(first, CELL_B, handle_of(CELL_A), AT, RIGHT_ALL, ~0ull, 0);
    CHECK_EQ(bed_object(b, CAP_SELF, CELL_METHOD_DERIVE,
                        ARGS(handle_of(AT), AT + 1, RIGHT_ALL, ~0ull, 0, 0)),
             ERR_OK);
    CHECK_EQ(on_self(b, CELL_METHOD_REVOKE, AT), ERR_OK);
    CHECK_EQ(copies(30), 0);
    CHECK_EQ(b->cell->slots[AT + 1].type, OBJECT_NONE);
    CHECK(b->cell->slots[AT].type == OBJECT_CELL);
    finish();
}

// However long the chain is: no recursion, and one step for each.
static void long_chain(void)
{
    uint32_t n = 3000, steps = 0;

    setup();
    for (uint32_t i = 0; i < n; i++)
        CHECK_EQ(derive(first, i ? now_in(COPY + i - 1) : now_in(ENDPOINT), COPY + i), ERR_OK);
    host_preempts = true;
    for (first->regs.rip = CELL_CODE_BASE, on_self(first, CELL_METHOD_REVOKE, ENDPOINT);
         bed_restarts(first, CELL_CODE_BASE); steps++) {
        first->regs.rip = CELL_CODE_BASE;
        derive(a, 0, 1); // others go on meanwhile
        bed_enter(first);
    }
    host_preempts = false;
    CHECK_EQ(copies(n), 0);
    CHECK(steps <= n);
    finish();
}

static void ports(void)
{
    setup();
    CHECK_EQ(bed_object(first, handle_of(ROOT_PORTS), PORT_METHOD_NARROW, ARGS(0x60, 16, COPY)),
             ERR_OK);
    for (uint32_t i = 1; i < 8; i++)
        CHECK_EQ(bed_object(first, now_in(COPY), PORT_METHOD_NARROW, ARGS(i, 2, COPY + i)), ERR_OK);
    interrupt_at(2);
    on_self(first, CELL_METHOD_REVOKE, COPY);
    CHECK_EQ(copies(8), 6);
    host_preempts = true;
    CHECK_EQ(bed_object(first, now_in(COPY), PORT_METHOD_NARROW, ARGS(0, 1, 300)), ERR_BUSY);
    CHECK_EQ(bed_object(first, now_in(COPY + 1), PORT_METHOD_NARROW, ARGS(0, 1, 300)), ERR_BUSY);
    CHECK_EQ(bed_object(first, handle_of(ROOT_PORTS), PORT_METHOD_NARROW, ARGS(0x70, 9, 300)),
             ERR_OK); // beside them
    host_preempts = false;
    on_self(first, CELL_METHOD_REVOKE, COPY);
    CHECK_EQ(copies(8), 1);
    finish();
}

// All that was carved ends, running threads as well, and the memory can be carved anew.
static void memory(void)
{
    cap_t piece;
    struct thread *t;

    setup();
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                    ARGS(PIECE, 64, RIGHT_ALL)),
             ERR_OK);
    piece = now_in(PIECE);
    for (int round = 0; round < 3; round++) {
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_UNTYPED, ARGS(COPY, 8, RIGHT_ALL)),
                 ERR_OK);
        CHECK_EQ(retype(first, now_in(COPY), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY + 1, 8)),
                 ERR_OK);
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(COPY + 2)), ERR_OK);
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_BUDGET, ARGS(COPY + 3)), ERR_OK);
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_CELL, ARGS(COPY + 4, 64, 4)), ERR_OK);
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_THREAD, ARGS(COPY + 5)), ERR_OK);
        CHECK_EQ(bed_object(first, now_in(COPY + 5), THREAD_METHOD_START,
                            ARGS(handle_of(CELL_A), CELL_CODE_BASE, HOST_STACK_TOP, 0, 90, 0)),
                 ERR_OK);
        t = (struct thread *)root->slots[COPY + 5].object;
        bed_grant(first, CELL_B, now_in(COPY + 2), AT, RIGHT_ALL, ~0ull, 0);
        bed_syscall(t, call_word(SYS_NULL, 0, 0), 0, ARGS(0));
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY + 6, 64)),
                 ERR_NO_MEMORY);
        interrupt_at(2);
        on_self(first, CELL_METHOD_REVOKE, PIECE);
        host_preempts = true;
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(300)), ERR_BUSY);
        host_preempts = false;
        on_self(first, CELL_METHOD_REVOKE, PIECE);
        CHECK_EQ(copies(7), 0);
        CHECK_EQ(t->state, THREAD_STOPPED);
        CHECK_EQ(b->cell->slots[AT].type, OBJECT_NONE);
        CHECK_EQ(retype(first, piece, UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY + 6, 64)), ERR_OK);
        CHECK_EQ(on_self(first, CELL_METHOD_DELETE, COPY + 6), ERR_OK);
    }
    finish();
}

// Only a lease keeps a page.
static void memory_lent(void)
{
    cap_t server = 0, client = 0;

    setup();
    server = bed_grant(first, CELL_B, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    client = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_WRITE, ~0ull, 0);
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                    ARGS(PIECE, 8, RIGHT_ALL)),
             ERR_OK);
    CHECK_EQ(retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY, 4)), ERR_OK);
    CHECK_EQ(bed_object(first, now_in(COPY), FRAME_METHOD_MAP,
                        ARGS(handle_of(CELL_A), BED_HEAP + (16 << PAGE_SHIFT),
                             ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    bed_syscall(b, call_word(SYS_RECV, 0, 0), server, ARGS(0));
    a->regs.r12 = (BED_HEAP + (17 << PAGE_SHIFT)) | 2;
    bed_syscall(a, call_word(SYS_CALL, 1, LEASE_LEND), client, ARGS(0));
    CHECK_EQ(a->state, THREAD_CALLING);
    CHECK_EQ(on_self(first, CELL_METHOD_REVOKE, PIECE), ERR_OK);
    CHECK(is_empty(COPY));
    CHECK_EQ(retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY, 8)), ERR_BUSY);
    bed_syscall(b, call_word(SYS_REPLY_RECV, 0, 0), server, ARGS(0));
    CHECK_EQ(retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY, 8)), ERR_OK);
    finish();
}

// What somebody else takes apart is nobody's business; one's own memory is waited for by helping.
static void memory_is_ones_own(void)
{
    struct cell *huge;
    uint64_t at;

    setup();
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                    ARGS(OTHER, 1200, RIGHT_ALL)),
             ERR_OK);
    CHECK_EQ(retype(first, now_in(OTHER), UNTYPED_METHOD_RETYPE_CELL, ARGS(COPY, 65536, 4)),
             ERR_OK);
    huge = (struct cell *)root->slots[COPY].object;
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                    ARGS(PIECE, 8, RIGHT_ALL)),
             ERR_OK);
    CHECK_EQ(retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(COPY + 1)), ERR_OK);
    CHECK_EQ(on_self(first, CELL_METHOD_DELETE, COPY + 1), ERR_OK);
    interrupt_at(1000);
    on_self(first, CELL_METHOD_DELETE, COPY);
    CHECK_EQ(frame_of_kernel(huge)->use, FRAME_CELL);
    at = huge->reap_at;
    CHECK(at > 900 && at < 1100);
    host_preempts = true; // each page of its own memory that is cleaned is a chance for others
    first->regs.rip = CELL_CODE_BASE;
    retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY + 1, 8));
    while (bed_restarts(first, CELL_CODE_BASE)) {
        first->regs.rip = CELL_CODE_BASE;
        bed_enter(first);
    }
    CHECK_EQ(first->regs.rax, ERR_OK);
    CHECK_EQ(huge->reap_at, at); // and it had not to help
    host_preempts = false;
    CHECK_EQ(retype(first, now_in(OTHER), UNTYPED_METHOD_RETYPE_FRAME, ARGS(COPY, 1000)), ERR_OK);
    finish();
}

// A page of small objects is in use until the last of them has ended.
static void small_objects_share_pages(void)
{
    const struct frame *f;

    setup();
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                    ARGS(PIECE, 1, RIGHT_ALL)),
             ERR_OK);
    f = frame_of_kernel((void *)root->slots[PIECE].object);
    for (int round = 0; round < 2; round++) {
        CHECK_EQ(f->use, FRAME_FREE);
        for (uint32_t i = 0; i < 64; i++)
            CHECK_EQ(retype(first, now_in(PIECE),
                            i % 2 ? UNTYPED_METHOD_RETYPE_SIGNAL : UNTYPED_METHOD_RETYPE_ENDPOINT,
                            ARGS(COPY + i)),
                     ERR_OK);
        CHECK_EQ(retype(first, now_in(PIECE), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(COPY + 64)),
                 ERR_NO_MEMORY);
        for (uint32_t i = 0; i < 64; i++) {
            CHECK_EQ(f->use, FRAME_SMALL);
            CHECK_EQ(on_self(first, CELL_METHOD_DELETE, COPY + i), ERR_OK);
        }
    }
    finish();
}

// A message that waits was checked when it was sent, and is checked again when it is taken. What
// happened meanwhile: the capability expired, was deleted, was replaced, lost its method by that.
enum meanwhile { NOTHING, EXPIRED, DELETED, REPLACED, OTHER_ENDPOINT, NARROWED, MEANWHILE_COUNT };

static void replace(struct thread *t, uint32_t slot, uint32_t source, uint64_t methods)
{
    t->cell->slots[slot].generation--; // the worst case: the very same handle
    CHECK_EQ(bed_object(first, handle_of(CELL_A), CELL_METHOD_DERIVE,
                        ARGS(handle_of(source), slot, RIGHT_WRITE, methods, 0, 5)),
             ERR_OK);
}

static void queued(enum meanwhile what)
{
    static const err_t expected[MEANWHILE_COUNT] = {
        [EXPIRED] = ERR_EXPIRED,         [DELETED] = ERR_BAD_CAPABILITY,
        [REPLACED] = ERR_BAD_CAPABILITY, [OTHER_ENDPOINT] = ERR_BAD_CAPABILITY,
        [NARROWED] = ERR_DENIED,
    };
    cap_t handle, server;

    setup();
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(OTHER)),
             ERR_OK);
    server = bed_grant(first, CELL_B, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    CHECK_EQ(bed_object(first, handle_of(CELL_A), CELL_METHOD_DERIVE,
                        ARGS(handle_of(ENDPOINT), AT, RIGHT_WRITE, 1 << 3, 500, 0xa)),
             ERR_OK);
    handle = first->regs.w[0];
    bed_syscall(a, call_word(SYS_CALL, 3, 0), handle, ARGS(1, 2, 3));
    CHECK_EQ(a->state, THREAD_SENDING);
    host_now = what == EXPIRED ? 500 : 499;
    if (what >= DELETED)
        CHECK_EQ(bed_object(first, handle_of(CELL_A), CELL_METHOD_DELETE, ARGS(handle)), ERR_OK);
    if (what == REPLACED)
        bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_WRITE, ~0ull, 0xb);
    if (what == OTHER_ENDPOINT)
        replace(a, AT, OTHER, ~0ull);
    if (what == NARROWED)
        replace(a, AT, ENDPOINT, ~(1ull << 3));
    bed_syscall(b, call_word(SYS_RECV, 0, 0), server, ARGS(0));
    if (what == NOTHING) {
        CHECK_EQ(a->state, THREAD_CALLING);
        CHECK_EQ(b->regs.rdi, 0xa);
        CHECK_EQ(b->regs.w[2], 3);
    } else {
        CHECK_EQ(a->state, THREAD_READY);
        CHECK_EQ(a->regs.rax, expected[what]);
        CHECK_EQ(b->state, THREAD_RECEIVING);
    }
    finish();
}

// One capability goes along, into the slot that the receiver named, and only if it named one.
static void one_travels(uint64_t slot, err_t expected, uint64_t rights)
{
    cap_t to_b, from_b, with;
    uint32_t before;

    setup();
    to_b = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_WRITE, ~0ull, 7);
    from_b = bed_grant(first, CELL_B, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    with = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT + 1, rights, 0xf0, 9);
    before = b->cell->slots_used;
    b->regs.r14 = slot;
    bed_syscall(b, call_word(SYS_RECV, 0, 0), from_b, ARGS(0));
    a->regs.r13 = with;
    bed_syscall(a, call_word(SYS_CALL, 1, 0) | CALL_CAP, to_b, ARGS(0));
    if (expected == ERR_OK) {
        const struct cap *c = cell_find(b->cell, b->regs.r13);

        CHECK_EQ(b->regs.rax, RESULT_CAP | 1 << RESULT_METHOD_SHIFT);
        CHECK(c == &b->cell->slots[slot]);
        CHECK_EQ(c->rights, rights);
        CHECK_EQ(c->methods, 0xf0);
        CHECK_EQ(c->identity, 9);
        CHECK(cap_at(c->prev) == &a->cell->slots[AT + 1]);          // a child: it can be taken back
        CHECK(&a->cell->slots[AT + 1] == cell_find(a->cell, with)); // and the sender keeps its own
    } else {
        CHECK_EQ(a->state, THREAD_READY);
        CHECK_EQ(a->regs.rax, expected);
        CHECK_EQ(b->state, THREAD_RECEIVING);
    }
    CHECK_EQ(b->cell->slots_used, before + (expected == ERR_OK));
    finish();
}

// Without CALL_CAP nothing goes along, whatever r13 says.
static void none_travels_unasked(void)
{
    cap_t to_b, from_b;

    setup();
    to_b = bed_grant(first, CELL_A, handle_of(ENDPOINT), AT, RIGHT_ALL, ~0ull, 7);
    from_b = bed_grant(first, CELL_B, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    b->regs.r14 = AT + 1;
    b->regs.r13 = 0x1234;
    bed_syscall(b, call_word(SYS_RECV, 0, 0), from_b, ARGS(0));
    a->regs.r13 = to_b;
    bed_syscall(a, call_word(SYS_CALL, 1, 0), to_b, ARGS(0));
    CHECK_EQ(b->regs.rax, 1 << RESULT_METHOD_SHIFT);
    CHECK_EQ(b->regs.r13, 0);
    CHECK_EQ(b->cell->slots[AT + 1].type, OBJECT_NONE);
    finish();
}

// A slot whose generations are used up is never filled again, and no handle to it works (I3).
static void last_generation(void)
{
    cap_t handle;

    setup();
    root->slots[COPY].generation = CAP_GENERATION_LAST - 2;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(derive(first, handle_of(ENDPOINT), COPY), ERR_OK);
        handle = first->regs.w[0];
        CHECK_EQ(handle, (cap_t)(CAP_GENERATION_LAST - 1 + (uint32_t)i) << 32 | COPY);
        CHECK(cell_find(root, handle) != 0);
        CHECK(cell_find(root, handle + (1ull << 32)) == 0);
        CHECK_EQ(on_self(first, CELL_METHOD_DELETE, COPY), ERR_OK);
        CHECK(cell_find(root, handle) == 0);
    }
    CHECK_EQ(derive(first, handle_of(ENDPOINT), COPY), ERR_NO_SLOT);
    CHECK_EQ(bed_object(first, CAP_SELF, CELL_METHOD_MOVE, ARGS(handle_of(ENDPOINT), COPY)),
             ERR_NO_SLOT);
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(COPY)),
             ERR_NO_SLOT);
    CHECK(is_empty(COPY));
    finish();
}

// The last capability to an interrupt line masks it at once.
static void interrupt_ends(void)
{
    setup();
    CHECK_EQ(retype(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(COPY)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(ROOT_IRQ), INTERRUPT_METHOD_BIND, ARGS(now_in(COPY), 4)),
             ERR_OK);
    CHECK(!host_masked[1]);
    host_preempts = true;
    on_self(first, CELL_METHOD_DELETE, ROOT_IRQ);
    CHECK(host_masked[1]);
    host_preempts = false;
    CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
    CHECK_EQ(interrupts[1].signal.type, OBJECT_NONE);
    CHECK_EQ(((struct object *)root->slots[COPY].object)->refs, 1);
    finish();
}

int main(void)
{
    nothing_is_derived_meanwhile();
    nothing_is_passed_meanwhile();
    revoker_dies(call_word(SYS_REAP, 0, 0), true);
    revoker_dies(call_word(SYS_NULL, 0, 0), false);
    revoker_dies(CELL_METHOD_DELETE, false); // of nothing
    root_goes(CELL_METHOD_DELETE);
    root_goes(CELL_METHOD_MOVE);
    root_ends_with_its_cell();
    two_revokes();
    long_chain();
    ports();
    memory();
    memory_lent();
    memory_is_ones_own();
    small_objects_share_pages();
    for (enum meanwhile what = NOTHING; what < MEANWHILE_COUNT; what++)
        queued(what);
    one_travels(AT + 1, ERR_OK, RIGHT_GRANT | RIGHT_WRITE);
    one_travels(AT + 1, ERR_DENIED, RIGHT_ALL & ~RIGHT_GRANT);
    one_travels(0, ERR_NO_SLOT, RIGHT_ALL);
    one_travels(64, ERR_NO_SLOT, RIGHT_ALL);
    one_travels(AT, ERR_EXISTS, RIGHT_ALL);
    none_travels_unasked();
    last_generation();
    interrupt_ends();
    return unit_done();
}
