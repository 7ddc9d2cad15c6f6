;; A module that exports no memory can call what needs none; the rest answers fault (21).
;; $ wherry run %s
;; [21]
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory 1)
  (func (export "_start")
    (if (call $yield) (then unreachable))
    (call $exit (call $sizes (i32.const 0) (i32.const 4)))))
