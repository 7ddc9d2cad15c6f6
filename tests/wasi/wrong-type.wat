;; A function with another type than WASI's is refused, with both types.
;; $ wherry run %s
;; ...fd_close...
;; [1]
(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
