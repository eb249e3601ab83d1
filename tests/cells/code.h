// SPDX-License-Identifier: GPL-3.0-or-later
// Code trees (abi/code.h) for test cells that make cells, or try to.
#pragma once
#include "abi/code.h"

void code_leaf_of(const void *page, uint32_t index, enum code_kind kind, uint8_t leaf[CODE_HASH]);
void code_node_of(const uint8_t left[CODE_HASH], const uint8_t right[CODE_HASH],
                  uint8_t node[CODE_HASH]);
