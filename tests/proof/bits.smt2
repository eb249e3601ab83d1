; SPDX-License-Identifier: GPL-3.0-or-later
; The axioms of kernel/core/bits.h, for all 64-bit words: tests/proof/prove has Z3 and CVC4 refute the contrary of each.
; A name that is echoed speaks for the answers up to the next one; all of them must be "unsat".
(set-logic QF_BV)
(set-option :produce-models false)
(declare-const x (_ BitVec 64))
(declare-const y (_ BitVec 64))
(define-fun low ((m (_ BitVec 64))) Bool (= (bvand m x) (bvurem x (bvadd m (_ bv1 64)))))
(define-fun right ((n (_ BitVec 64))) Bool (= (bvlshr x n) (bvudiv x (bvshl (_ bv1 64) n))))

(echo "and_below")
(push 1)
(assert (not (and (bvule (bvand x y) x) (bvule (bvand x y) y))))
(check-sat)
(pop 1)

(echo "and_low")
(push 1)
(assert (not (and (low #x0000000000000001) (low #x0000000000000003) (low #x000000000000000f) (low #x000000000000003f)
                  (low #x00000000000000ff) (low #x0000000000000fff) (low #x0000000000007fff) (low #x00000000ffffffff))))
(check-sat)
(pop 1)

(echo "shift_6")
(push 1)
(assert (not (right (_ bv6 64))))
(check-sat)
(pop 1)

(echo "shift_8")
(push 1)
(assert (not (right (_ bv8 64))))
(check-sat)
(pop 1)

(echo "shift_12")
(push 1)
(assert (not (right (_ bv12 64))))
(check-sat)
(pop 1)

(echo "shift_14")
(push 1)
(assert (not (right (_ bv14 64))))
(check-sat)
(pop 1)

(echo "shift_16")
(push 1)
(assert (not (right (_ bv16 64))))
(check-sat)
(pop 1)

(echo "shift_17")
(push 1)
(assert (not (right (_ bv17 64))))
(check-sat)
(pop 1)

(echo "shift_32")
(push 1)
(assert (not (right (_ bv32 64))))
(check-sat)
(pop 1)
