;; The older name of the interface, with a clock's subscription as it was laid out there.
;; $ wherry run %s
;; old
;; [7]
(module
  (import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\04\00\00\00")
  (data (i32.const 16) "old\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 124) (i32.const 1))             ;; the monotonic clock
    (i64.store (i32.const 132) (i64.const 1000000))       ;; a millisecond
    (if (call $poll (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 300)) (then unreachable))
    (if (i32.ne (i32.load (i32.const 300)) (i32.const 1)) (then unreachable))
    (call $exit (i32.const 7))))
