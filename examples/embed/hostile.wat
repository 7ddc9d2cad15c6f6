;; A hostile plug-in: its input says what it tries. None of it gets it anywhere.
(module
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (func $recurse (call $recurse) (call $recurse))
  (func (export "work") (param $input i32) (result i32)
    (block $default
      (block $far (block $lie (block $recursion (block $memory (block $loop
        (br_table $loop $memory $recursion $lie $far $default (local.get $input)))
        (loop $for_ever (br $for_ever)))                                         ;; 0: never end
        (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))  ;; 1: take all memory
        (return (memory.size)))
        (call $recurse))                                                         ;; 2: use up the stack
        (call $log (i32.const 0x7F000000) (i32.const 100000))                    ;; 3: make the host read beyond the memory
        (return (i32.const 0)))
      (return (i32.load (i32.const 0x7FFFFFFC))))                                ;; 4: read what isn't its own
    (i32.const 0)))
