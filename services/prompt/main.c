// SPDX-License-Identifier: GPL-3.0-or-later
#include "prompt.h"

int main(void)
{
    prompt_begin();
    for (;;)
        prompt_step();
}
