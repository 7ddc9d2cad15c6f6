;; The handles that ruby.wasm hands out: here each is the address that it stands for.
(module
  (func (export "resource_drop_js-abi-value") (param i32) unreachable)
  (func (export "resource_new_rb-abi-value") (param i32) (result i32) (local.get 0))
  (func (export "resource_get_rb-abi-value") (param i32) (result i32) (local.get 0)))
