;; $ wherry run --invoke sum %s 1000
;; 499500
;; $ wherry run --invoke wide %s 9223372036854775807
;; -2
;; $ wherry run --invoke beyond %s
;; ...out of bounds memory access...
;; ...
;; [134]
(module
  (memory 1)
  (func (export "sum") (param $n i32) (result i64)
    (local $i i32) (local $sum i64)
    (loop $fill
      (i64.store (i32.shl (local.get $i) (i32.const 3)) (i64.extend_i32_u (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (local.get $n))))
    (loop $add
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $sum (i64.add (local.get $sum) (i64.load (i32.shl (local.get $i) (i32.const 3)))))
      (br_if $add (local.get $i)))
    (local.get $sum))
  (func (export "wide") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 2)))
  (func (export "beyond") (result i32) (i32.load (i32.const 65533))))
