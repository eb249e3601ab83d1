// SPDX-License-Identifier: GPL-3.0-or-later
#include "abi/syscall.h"
#include "report.h"
#include "tests/unit.h"

static struct plan_cell wallet = {.name = "wallet", .stack_pages = 8};

static void expect(const char *line, uint64_t cause, uint64_t offset, uint64_t address,
                   uint64_t detail)
{
    char buffer[EVENT_TEXT];
    struct text t = text_begin(buffer, sizeof buffer);
    fault_describe(&t, &wallet, 0x40000000, (const uint64_t[4]){cause, offset, address, detail});
    if (!CHECK(strcmp(buffer, line) == 0))
        fprintf(stderr, "    said: %s\n", buffer);
}

static void test_faults(void)
{
    expect("cell wallet stopped: page fault, write to 0x10 (a null pointer) at code+0x1234",
           FAULT_PAGE, 0x1234, 0x10, 6);
    expect("cell wallet stopped: page fault, read from 0x123456789000 at code+0x2", FAULT_PAGE, 2,
           0x123456789000, 4);
    expect("cell wallet stopped: page fault, jump to 0x10000000 at code+0x0", FAULT_PAGE, 0,
           0x10000000, 21);
    expect("cell wallet stopped: page fault, write to 0x3fff7ff8 (the stack is full) at code+0x9",
           FAULT_PAGE, 9, 0x3fff7ff8, 6);
    expect("cell wallet stopped: page fault, read from 0x30000008 (lent pages that went back) at "
           "code+0x9",
           FAULT_PAGE, 9, 0x30000008, 4);
    expect("cell wallet stopped: exit with status 3", FAULT_EXIT, 0, 3, 0);
    expect("cell wallet stopped: exit with status 255 (panic)", FAULT_EXIT, 0, 255, 0);
    expect("cell wallet stopped: exit with status 254 (its stack was overwritten)", FAULT_EXIT, 0,
           254, 0);
    expect("cell wallet stopped: instruction that is undefined or not permitted at code+0x5",
           FAULT_INSTRUCTION, 5, 0, 0);
    expect("cell wallet stopped: arithmetic error at code+0x5", FAULT_ARITHMETIC, 5, 0, 0);
    expect("cell wallet stopped: protection fault at code+0x5", FAULT_PROTECTION, 5, 0, 0);
    expect("cell wallet stopped: breakpoint at code+0x5", FAULT_DEBUG, 5, 0, 0);
    expect("cell wallet stopped: floating point or vector instruction, but its manifest says fpu "
           "= false at code+0x5",
           FAULT_NO_FPU, 5, 0, 0);
    expect("cell wallet stopped: system call that does not exist at code+0x5", FAULT_SYSCALL, 5, 0,
           0);
    expect("cell wallet stopped: its code was changed in memory, in page 7", FAULT_TAMPERED, 0x7000,
           7, 0);
    expect("cell wallet stopped: unknown cause 99 at code+0x5", 99, 5, 0, 0);
    wallet.flags = PLAN_SECRET;
    expect("cell wallet stopped: page fault at code+0x1234", FAULT_PAGE, 0x1234, 0, 0);
    expect("cell wallet stopped: exit", FAULT_EXIT, 0, 0, 0);
}

static void test_events(void)
{
    static struct events e;
    char out[EVENT_TEXT];
    uint32_t lost = 7;
    CHECK_EQ(events_take(&e, out, sizeof out, &lost), 0);
    CHECK_EQ(lost, 0);
    for (uint64_t i = 0; i < EVENT_COUNT + 3; i++) {
        struct text t = events_add(&e);
        text_decimal(&t, i);
    }
    CHECK_EQ(events_take(&e, out, sizeof out, &lost), 1);
    CHECK_EQ(lost, 3);
    CHECK(out[0] == '3');
    CHECK_EQ(events_take(&e, out, sizeof out, &lost), 1);
    CHECK_EQ(lost, 0);
    CHECK(out[0] == '4');
    for (int i = 0; i < 6; i++)
        events_take(&e, out, sizeof out, &lost);
    CHECK_EQ(events_take(&e, out, 1, &lost), 1); // "11", cut
    for (uint64_t i = 0; i < 2 * EVENT_TEXT; i++) {
        struct text t = events_add(&e);
        for (int k = 0; k < 2 * EVENT_TEXT; k++)
            text_char(&t, 'x');
    }
    CHECK_EQ(events_take(&e, out, sizeof out, &lost), EVENT_TEXT - 1);
}

int main(void)
{
    test_faults();
    test_events();
    return unit_done();
}
