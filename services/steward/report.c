// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"
#include "abi/layout.h"
#include "abi/syscall.h"
#include "os/panic.h"
#include <stdbool.h>
#include <string.h>

struct text events_add(struct events *e)
{
    if (e->count == EVENT_COUNT) {
        e->first = (e->first + 1) % EVENT_COUNT;
        e->count--;
        e->lost++;
    }
    char *text = e->text[(e->first + e->count++) % EVENT_COUNT];
    return text_begin(text, EVENT_TEXT);
}

size_t events_take(struct events *e, char *out, size_t size, uint32_t *lost)
{
    *lost = 0;
    if (e->count == 0)
        return 0;
    const char *text = e->text[e->first];
    size_t length = strnlen(text, EVENT_TEXT);
    length = length < size ? length : size;
    memcpy(out, text, length);
    e->first = (e->first + 1) % EVENT_COUNT;
    e->count--;
    *lost = e->lost;
    e->lost = 0;
    return length;
}

enum { PAGE_FAULT_WRITE = 2, PAGE_FAULT_EXECUTE = 16 };

// Mistakes with a name of their own.
static const char *address_hint(const struct plan_cell *cell, uint64_t stack_end, uint64_t address)
{
    uint64_t stack = stack_end - (uint64_t)cell->stack_pages * PAGE_SIZE;
    if (address < PAGE_SIZE)
        return " (a null pointer)";
    if (address < stack && address >= stack - 16 * PAGE_SIZE)
        return " (the stack is full)";
    if (address >= CELL_WINDOW_BASE &&
        address < CELL_WINDOW_BASE + (uint64_t)CELL_WINDOW_PAGES * PAGE_SIZE)
        return " (lent pages that went back)";
    return "";
}

static void describe_page_fault(struct text *t, const struct plan_cell *cell, uint64_t stack_end,
                                uint64_t address, uint64_t detail)
{
    text_string(t, "page fault");
    if ((cell->flags & PLAN_SECRET) != 0)
        return; // the kernel withheld both
    text_string(t, (detail & PAGE_FAULT_EXECUTE) != 0 ? ", jump to "
                   : (detail & PAGE_FAULT_WRITE) != 0 ? ", write to "
                                                      : ", read from ");
    text_hex(t, address);
    text_string(t, address_hint(cell, stack_end, address));
}

static void describe_exit(struct text *t, const struct plan_cell *cell, uint64_t status)
{
    text_string(t, "exit");
    if ((cell->flags & PLAN_SECRET) != 0)
        return;
    text_string(t, " with status ");
    text_decimal(t, status);
    if (status == EXIT_PANIC)
        text_string(t, " (panic)");
    if (status == EXIT_SMASHED)
        text_string(t, " (its stack was overwritten)");
}

void fault_describe(struct text *t, const struct plan_cell *cell, uint64_t stack_end,
                    const uint64_t words[4])
{
    uint64_t cause = words[0], offset = words[1], address = words[2], detail = words[3];
    text_string(t, "cell ");
    text_name(t, cell->name, sizeof cell->name);
    text_string(t, " stopped: ");
    switch (cause) {
    case FAULT_EXIT:
        describe_exit(t, cell, address);
        return;
    case FAULT_PAGE:
        describe_page_fault(t, cell, stack_end, address, detail);
        break;
    case FAULT_INSTRUCTION:
        text_string(t, "instruction that is undefined or not permitted");
        break;
    case FAULT_ARITHMETIC:
        text_string(t, "arithmetic error");
        break;
    case FAULT_PROTECTION:
        text_string(t, "protection fault");
        break;
    case FAULT_DEBUG:
        text_string(t, "breakpoint");
        break;
    case FAULT_NO_FPU:
        text_string(t, "floating point or vector instruction, but its manifest says fpu = false");
        break;
    case FAULT_SYSCALL:
        text_string(t, "system call that does not exist");
        break;
    case FAULT_TAMPERED:
        text_string(t, "its code was changed in memory, in page ");
        text_decimal(t, address);
        return;
    default:
        text_string(t, "unknown cause ");
        text_decimal(t, cause);
        break;
    }
    text_string(t, " at code+");
    text_hex(t, offset);
}
