// SPDX-License-Identifier: GPL-3.0-or-later
// What musl asks of an operating system, in terms of this one.
#pragma once

// Every system call that musl makes comes here: the number as on Linux x86-64, then up to six
// arguments. Answers like Linux: a value, or minus an error number. What a cell cannot have is
// -ENOSYS.
long __os_syscall(long n, ...);
