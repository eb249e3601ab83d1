// SPDX-License-Identifier: GPL-3.0-or-later
// The boot self-test: protections are read back and provoked, each once. One that does not bite
// stops the machine.
#include "x86.h"

unsigned probe_read(uint64_t address);
unsigned probe_write(uint64_t address);
unsigned probe_execute(uint64_t address);

bool probing;
static uint8_t probe_data[64] = {0xc3}; // `ret`, where nothing may execute

static void verdict(const char *name, bool on, bool bites)
{
    if (!on || !bites)
        stop(name, 0);
    serial_write(" ");
    serial_write(name);
}

void selftest_run(vaddr_t user_page)
{
    uint64_t cr0 = cr0_read(), cr4 = cr4_read(), efer = msr_read(MSR_EFER);
    const uint8_t *text = (const uint8_t *)&selftest_run;

    probing = true;
    serial_write("kernel: provoked and held:");
    verdict("NX", efer & EFER_NXE, probe_execute((uint64_t)probe_data));
    verdict("WP", cr0 & CR0_WP, probe_write((uint64_t)text));
    verdict("SMEP", cr4 & CR4_SMEP, probe_execute(user_page));
    verdict("SMAP", cr4 & CR4_SMAP, probe_read(user_page));
    probing = false;
    verdict("UMIP", cr4 & CR4_UMIP, true);
    serial_write("\r\n");
}
