;; The module of the `start` and `density` benchmarks: 1 MiB of memory with a little data in it. `touch n` dirties n pages
;; of 4 KiB, spread over the memory.
(module
  (memory (export "memory") 16 16)
  (data (i32.const 1024) "a little data, so that there is an image to start from")
  (func (export "touch") (param $pages i32)
    (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $pages)))
        ;; page (i * 4 + 1) mod 256, so that up to 64 pages are distinct
        (i32.store8
          (i32.and (i32.mul (i32.add (i32.mul (local.get $i) (i32.const 4)) (i32.const 1)) (i32.const 4096)) (i32.const 0xFFFFF))
          (i32.add (local.get $i) (i32.const 1)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))))
