;; A product melts into the sum or difference that takes it, also when the other operand is a constant.
;; $ wherry run --invoke add_f64 %s 3 5
;; 17
;; $ wherry run --invoke add_i32 %s 3 5
;; 115
;; $ wherry run --invoke from_i64 %s 3 5
;; 85
;; $ wherry run --invoke minus_i64 %s 3 5
;; 5
(module
  (func (export "add_f64") (param f64 f64) (result f64) (f64.add (f64.const 2) (f64.mul (local.get 0) (local.get 1))))
  (func (export "add_i32") (param i32 i32) (result i32) (i32.add (i32.const 100) (i32.mul (local.get 0) (local.get 1))))
  (func (export "from_i64") (param i64 i64) (result i64) (i64.sub (i64.const 100) (i64.mul (local.get 0) (local.get 1))))
  (func (export "minus_i64") (param i64 i64) (result i64) (i64.sub (i64.mul (local.get 0) (local.get 1)) (i64.const 10))))
