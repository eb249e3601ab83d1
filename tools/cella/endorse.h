// SPDX-License-Identifier: GPL-3.0-or-later
// That a device's attestation key is in a TPM whose maker is known: its endorsement certificate,
// and a credential that only this TPM opens.
#pragma once
#include "device.h"
#include "format/quote.h"

#include <stdbool.h>

enum { QUESTION_ENDORSED = 51, QUESTION_OPEN = 52 };

// `path` is a PEM file of authorities. False: said why not.
bool endorse_check(struct device *d, const char *path, const uint8_t key[QUOTE_KEY]);
