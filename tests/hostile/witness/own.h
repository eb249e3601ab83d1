// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Waits until the link brings something: the test says that everybody has filled what there is.
void await_go(void);

// Probes that everything which a cell makes of its own memory still works: slots, pages, tables,
// threads, timers, signals, messages, kept replies, leases. Leaves nothing behind.
void probe_own(void);
