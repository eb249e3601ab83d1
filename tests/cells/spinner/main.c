// SPDX-License-Identifier: GPL-3.0-or-later
// It never waits for anything: only its budget stops it.
int main(void)
{
    for (;;)
        __asm__ volatile("" : : : "memory");
}
