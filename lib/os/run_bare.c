// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/run.h"
#include "os/syscall.h"

int main(void);

_Noreturn void cell_run(void)
{
    sys_exit((uint64_t)main());
}
