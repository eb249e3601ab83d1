// SPDX-License-Identifier: GPL-3.0-or-later
// cella wallet ...: what its files share.
#pragma once
#include "link_options.h"

int wallet_command(int argc, char **argv);
int wallet_sign(int argc, char **argv);

// Ask a device for its status; false: said. The seed is there.
bool wallet_status(struct device *d, struct companion_status *status);
