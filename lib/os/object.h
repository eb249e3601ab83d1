// SPDX-License-Identifier: GPL-3.0-or-later
// Calling a kernel object, as the stubs made of abi/<object>.idl do it: in line, because the
// kernel's part of most such calls is as short as a function around it.
#pragma once
#include "os/syscall.h"

MUST_USE static inline err_t object_call(cap_t self, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    return (err_t)(syscall_words(method, self, w) & 0xff);
}
