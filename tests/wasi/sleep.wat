;; A guest that sleeps for an hour ends at its deadline.
;; $ wherry run --timeout 200ms %s
;; ...deadline...
;; ...
;; [134]
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 116) (i32.const 1))
    (i64.store (i32.const 124) (i64.const 3600000000000))
    (drop (call $poll (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 300)))))
