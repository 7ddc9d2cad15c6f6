;; Preloaded modules may import WASI too; each call uses the memory of the module that makes it.
;; $ wherry run --preload lib=data/lib.wat %s
;; from program
;; from library
(module
  (import "lib" "hello" (func $hello))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\0d\00\00\00")
  (data (i32.const 16) "from program\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $hello)))
