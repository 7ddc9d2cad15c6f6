;; How guests end: each trap with its backtrace and exit code 134.
;; $ wherry run --invoke divide %s 7 2
;; 3
;; $ wherry run --invoke divide %s 1 0
;; ...trap: integer divide by zero
;; ...divide
;; [134]
;; $ wherry run --invoke divide %s 1
;; ...takes 2 parameters, 1 were given...
;; [2]
;; $ wherry run --timeout 200ms --invoke loop %s
;; ...trap: deadline exceeded
;; ...loop
;; [134]
;; $ wherry run --fuel 10000 --invoke loop %s
;; ...trap: all fuel consumed
;; ...loop
;; [134]
;; $ wherry run --max-memory 1MiB --invoke grow %s
;; 16
;; $ wherry run --disable tail-call --invoke tail %s
;; ...tail-call...
;; [1]
(module
  (memory 1)
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "loop") (loop (br 0)))
  (func (export "grow") (result i32) (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size))
  (func $tail (export "tail") (return_call $tail)))
