;; What WASI doesn't have is named before anything runs.
;; $ wherry run %s
;; ...fd_dup...
;; [1]
(module
  (import "wasi_snapshot_preview1" "fd_dup" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
