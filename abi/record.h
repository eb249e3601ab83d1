// SPDX-License-Identifier: GPL-3.0-or-later
// What the steward tells the journal of (steward.take_record). Numbers are permanent.
#pragma once

enum record_kind {
    RECORD_BOOT = 1,        // cells are being made; the name is the profile's
    RECORD_FAULT = 2,       // a cell stopped; cause: enum fault_cause, detail: an exit's status
    RECORD_RESTART = 3,     // it was started again
    RECORD_NOT_STARTED = 4, // it could not be; cause: the error
    RECORD_ENDED = 5,       // it will not be; cause: 1 if because it stopped too often
    RECORD_TAMPER = 6,      // a page of its program changed; detail: the page's number
};
