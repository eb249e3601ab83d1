// SPDX-License-Identifier: GPL-3.0-or-later
// How long is the firmware's event log? TCG PC Client Platform Firmware Profile 1.05, section 10
// (TCG_PCR_EVENT for the first record, TCG_PCR_EVENT2 for the others): the firmware names the place
// of the last record, not its length.
#pragma once
#include "abi/types.h"

enum {
    EVENT_LOG_MAX = 65536,
    EVENT_LATE_MAX = 2048, // of the records that the firmware adds while the loader leaves it
};

// Bytes from `log` to the end of the record at `last`, of which at most EVENT_LOG_MAX exist; 0 if
// there is no such record.
uint64_t event_log_size(const uint8_t *log, uint64_t last);

// Bytes of `count` records at `events`, of which at most EVENT_LOG_MAX exist; 0 if they do not fit,
// or are more than a log can hold.
uint64_t event_log_span(const uint8_t *events, uint64_t count);
