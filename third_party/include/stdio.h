// SPDX-License-Identifier: GPL-3.0-or-later
// The libraries in the loader include this header and use nothing of it.
#pragma once
