;; Drives ruby.wasm, which is a reactor: gives it its arguments and a script through its canonical-ABI exports.
;;   wherry run --preload rb-js-abi-host=ruby-host.wat --preload canonical_abi=ruby-canonical.wat \
;;     --preload ruby=ruby.wasm ruby-main.wat
(module
  (import "ruby" "memory" (memory $ruby 1))
  (import "ruby" "_initialize" (func $initialize))
  (import "ruby" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "ruby" "ruby-init: func(args: list<string>) -> ()" (func $init (param i32 i32)))
  (import "ruby" "rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>" (func $eval (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory $texts 1)
  (export "memory" (memory $texts))
  (data (memory $texts) (i32.const 0) "ruby.wasm\00")
  (data (memory $texts) (i32.const 16) "--disable=gems\00")
  (data (memory $texts) (i32.const 32) "-e0\00")
  (data (memory $texts) (i32.const 1024)
    "puts (1..20).inject(:*)\n"
    "h = Hash.new(0)\n"
    "'the quick brown fox jumps over the lazy dog'.each_char { |c| h[c] += 1 }\n"
    "p h.sort_by { |k, v| [-v, k] }.first(5)\n"
    "def fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)\n"
    "p fib(20)\n"
    "begin; Integer('x'); rescue => e; puts e.message; end\n"
    "p 2**200, [1, nil, :a, 'b', 2.5, 3r, 1..2]\n"
    "Point = Struct.new(:x, :y)\n"
    "p Point.new(1, 2), %w[b a c].sort.map(&:upcase), 'a1b22'.scan(/[a-z]\\d+/)\n"
    "f = Fiber.new { 3.times { |i| Fiber.yield i } ; :done }\n"
    "p 4.times.map { f.resume }\n"
    "$stdout.flush\n\00")

  ;; Copies a text into Ruby's memory; gives its address there.
  (func $give (param $from i32) (param $size i32) (result i32)
    (local $to i32)
    (local.set $to (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.add (local.get $size) (i32.const 1))))
    (memory.copy $ruby $texts (local.get $to) (local.get $from) (i32.add (local.get $size) (i32.const 1)))
    (local.get $to))

  (func $length (param $at i32) (result i32)
    (local $n i32)
    (loop $next
      (if (i32.load8_u $texts (i32.add (local.get $at) (local.get $n)))
        (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $next))))
    (local.get $n))

  (func $argument (param $list i32) (param $text i32)
    (i32.store $ruby (local.get $list) (call $give (local.get $text) (call $length (local.get $text))))
    (i32.store $ruby offset=4 (local.get $list) (call $length (local.get $text))))

  (func (export "_start")
    (local $list i32) (local $result i32)
    (call $initialize)
    (local.set $list (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 24)))
    (call $argument (local.get $list) (i32.const 0))
    (call $argument (i32.add (local.get $list) (i32.const 8)) (i32.const 16))
    (call $argument (i32.add (local.get $list) (i32.const 16)) (i32.const 32))
    (call $init (local.get $list) (i32.const 3))
    (local.set $result (call $eval (call $give (i32.const 1024) (call $length (i32.const 1024))) (call $length (i32.const 1024))))
    ;; The second field is Ruby's error state: 0 when the script ran to its end.
    (call $exit (i32.load $ruby offset=4 (local.get $result)))))
