// SPDX-License-Identifier: GPL-3.0-or-later
#include "sdk/cella.h"
#include "os/ipc.h"

const char *cella_argument(void)
{
    return start_page()->argument;
}
