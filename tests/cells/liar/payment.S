// SPDX-License-Identifier: GPL-3.0-or-later
// The payment that the person wants to make: examples/payment.psbt, as it is.
    .section .rodata.payment, "a", @progbits
    .globl payment, payment_end
payment:
    .incbin "examples/payment.psbt"
payment_end:
    .section .note.GNU-stack, "", @progbits
