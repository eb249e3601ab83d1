// SPDX-License-Identifier: GPL-3.0-or-later
// Code: changing it, making it, running what is not code.
#include "abi/layout.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/thread.h"
#include <string.h>

enum { RETURN = 0xc3 }; // the instruction

const char *attack_write_code(void)
{
    *attack_at((uint64_t)(uintptr_t)attack_write_code) = RETURN;
    return "its own code could be changed";
}

static const uint64_t constant = 0x1122334455667788;

const char *attack_write_constants(void)
{
    *attack_at((uint64_t)(uintptr_t)&constant) = 1;
    return "a constant could be changed";
}

// Whose identity and whose endpoints stand there is the steward's word.
const char *attack_write_start_page(void)
{
    *attack_at(CELL_START_BASE) = 1;
    return "the start page could be changed";
}

// Own memory carries no EXECUTE, whatever is asked of it.
const char *attack_map_executable(void)
{
    static const uint32_t access[] = {
        ACCESS_READ | ACCESS_EXECUTE,
        ACCESS_READ | ACCESS_WRITE | ACCESS_EXECUTE,
    };
    cap_t frame = 0, derived = 0, memory = 0, inner = 0;
    if (cell_reserve(CAP_SELF, TEST_PAGES_BASE, 1) != ERR_OK ||
        untyped_retype_frame(start_page()->untyped, test_slot(), 1, &frame) != ERR_OK ||
        untyped_retype_untyped(start_page()->untyped, test_slot(), 4, RIGHT_ALL, &memory) !=
            ERR_OK ||
        untyped_retype_frame(memory, test_slot(), 1, &inner) != ERR_OK ||
        cell_derive(CAP_SELF, frame, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &derived) != ERR_OK)
        return "no memory to try with";
    const cap_t frames[] = {frame, derived, inner};
    for (size_t f = 0; f < 3; f++)
        for (size_t a = 0; a < 2; a++)
            if (frame_map(frames[f], CAP_SELF, TEST_PAGES_BASE, access[a]) != ERR_DENIED)
                return "an executable page of its own";
    return NULL;
}

static const char *run_at(uint64_t address)
{
    *attack_at(address) = RETURN;
    ((void (*)(void))(uintptr_t)attack_at(address))();
    return "data could be executed";
}

const char *attack_run_stack(void)
{
    uint8_t here[64];
    return run_at((uint64_t)(uintptr_t)here);
}

const char *attack_run_data(void)
{
    static uint8_t here[64];
    return run_at((uint64_t)(uintptr_t)here);
}

const char *attack_run_heap(void)
{
    return run_at(start_page()->heap);
}

const char *attack_run_frame(void)
{
    cap_t frame = 0;
    if (test_pages(TEST_PAGES_BASE, 1, &frame) != ERR_OK)
        return "no memory to try with";
    return run_at(TEST_PAGES_BASE);
}

const char *attack_run_lease(void)
{
    return run_at(CELL_LEASE_BASE);
}

// A cell of its own would have code of its own choice.
const char *attack_make_cell(void)
{
    cap_t memory = 0, cell = 0;
    if (untyped_retype_cell(start_page()->untyped, test_slot(), 64, 8, &cell) != ERR_DENIED)
        return "a cell of its own";
    if (untyped_retype_untyped(start_page()->untyped, test_slot(), 64, RIGHT_ALL, &memory) !=
        ERR_OK)
        return "no memory to try with";
    if (untyped_retype_cell(memory, test_slot(), 64, 8, &cell) != ERR_DENIED)
        return "a cell of its own, from a piece of memory";
    return NULL;
}
