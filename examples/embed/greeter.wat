;; A well-behaved plug-in: counts its calls and tells the host.
(module
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "hello from a plug-in")
  (global $calls (mut i32) (i32.const 0))
  (func (export "work") (param $input i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $log (i32.const 0) (i32.const 20))
    (i32.mul (local.get $input) (global.get $calls))))
