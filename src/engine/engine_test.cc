#include "engine/engine.h"

#include <gtest/gtest.h>

#include <thread>

namespace wherry::engine {
namespace {

using runtime::Value;
namespace types = wasm::types;

class EngineTest : public testing::Test {
 protected:
  ModulePtr load(std::string_view text) {
    auto module = engine.load_text(text);
    EXPECT_TRUE(module) << (module ? "" : to_text(module.error()));
    return module ? *module : nullptr;
  }
  Instance* start(std::string_view text) {
    auto instance = linker.instantiate(*store, load(text));
    EXPECT_TRUE(instance) << (instance ? "" : to_text(instance.error()));
    return instance ? *instance : nullptr;
  }
  runtime::CallResult call(Instance* instance, std::string_view name, std::vector<Value> params = {}) {
    return runtime::call(*store, *instance->find_func(name), params);
  }
  int32_t call_i32(Instance* instance, std::string_view name, std::vector<Value> params = {}) {
    const auto result = call(instance, name, std::move(params));
    EXPECT_TRUE(result) << (result ? "" : runtime::to_text(result.error()));
    return result ? result->at(0).i32() : -1;
  }
  abi::Trap trap_of(Instance* instance, std::string_view name, std::vector<Value> params = {}) {
    const auto result = call(instance, name, std::move(params));
    return result ? abi::Trap::none : result.error().trap;
  }

  Engine engine;
  std::unique_ptr<Store> store = engine.make_store();
  Linker linker;
};

TEST_F(EngineTest, calls_an_exported_function) {
  Instance* instance = start(R"((module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))))");
  EXPECT_EQ(call_i32(instance, "add", {2, 40}), 42);
}

TEST_F(EngineTest, refuses_parameters_of_other_types) {
  Instance* instance = start(R"((module (func (export "f") (param i64))))");
  EXPECT_EQ(trap_of(instance, "f", {1}), abi::Trap::host_error);
  EXPECT_EQ(trap_of(instance, "f"), abi::Trap::host_error);
}

TEST_F(EngineTest, says_at_which_stage_a_module_is_refused) {
  EXPECT_EQ(engine.load({0, 'a', 's', 'm', 2, 0, 0, 0}).error().stage, Stage::malformed);
  EXPECT_EQ(engine.load_text("(module (func (result i32)))").error().stage, Stage::invalid);
  EXPECT_EQ(linker.instantiate(*store, load(R"((module (import "a" "b" (func))))")).error().stage, Stage::unlinkable);
  EXPECT_EQ(linker.instantiate(*store, load("(module (func unreachable) (start 0))")).error().stage, Stage::trap);
}

TEST_F(EngineTest, a_link_error_names_the_import_and_both_types) {
  linker.define("env", "f", engine.func({types::i32}, {}, [](runtime::Caller&, abi::Slot*) { return abi::Trap::none; }));
  const auto instance = linker.instantiate(*store, load(R"((module (import "env" "f" (func (result i64)))))"));
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().error.what,
            "incompatible import type: the import \"env\" \"f\" wants a func (result i64), what is there is a func (param i32)");
}

TEST_F(EngineTest, host_functions_see_memory_and_call_back) {
  linker.define("env", "greet", engine.func({types::i32, types::i32}, {types::i32}, [](runtime::Caller& caller, abi::Slot* values) {
    const auto bytes = caller.memory()->span(values[0].u32, values[1].u32);
    if (!bytes) return abi::Trap::memory_out_of_bounds;
    EXPECT_EQ(std::string(bytes->begin(), bytes->end()), "hello");
    abi::Slot back[1] = {{.u64 = 20}};
    const abi::Trap trap = runtime::call_slots(caller.thread(), *caller.instance()->find_func("twice"), back);
    values[0].u64 = back[0].u32 + 2;
    return trap;
  }));
  Instance* instance = start(R"((module
    (import "env" "greet" (func $greet (param i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 8) "hello")
    (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "go") (param i32) (result i32) (call $greet (i32.const 8) (local.get 0)))))");
  EXPECT_EQ(call_i32(instance, "go", {5}), 42);
  EXPECT_EQ(trap_of(instance, "go", {1 << 20}), abi::Trap::memory_out_of_bounds);
}

TEST_F(EngineTest, host_functions_end_guests_with_errors_and_exit_codes) {
  linker.define("env", "fail", engine.func({}, {}, [](runtime::Caller& caller, abi::Slot*) { return caller.fail({ErrorKind::unavailable, "no disk", ""}); }));
  linker.define("env", "exit", engine.func({}, {}, [](runtime::Caller& caller, abi::Slot*) { return caller.exit(7); }));
  Instance* instance = start(R"((module (import "env" "fail" (func $fail)) (import "env" "exit" (func $exit))
    (func (export "fail") (call $fail)) (func (export "exit") (call $exit))))");
  const auto failed = call(instance, "fail");
  EXPECT_EQ(failed.error().error->what, "no disk");
  const auto exited = call(instance, "exit");
  EXPECT_EQ(exited.error().trap, abi::Trap::exit);
  EXPECT_EQ(exited.error().exit_code, 7);
}

TEST_F(EngineTest, a_trap_has_a_backtrace_with_names) {
  Instance* instance = start(R"((module (func $inner unreachable) (func $outer (export "go") (call $inner) (nop))))");
  const auto result = call(instance, "go");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trap, abi::Trap::unreachable);
  ASSERT_EQ(result.error().trace.frames().size(), 2u);
  EXPECT_EQ(result.error().trace.frames()[0].function, "inner");
  EXPECT_EQ(result.error().trace.frames()[1].function, "outer");
}

TEST_F(EngineTest, modules_share_types_tables_and_globals) {
  Instance* first = start(R"((module (type $t (struct (field i32)))
    (global (export "g") (mut (ref null $t)) (ref.null $t))
    (table (export "t") 2 funcref)
    (func (export "read") (result i32) (struct.get $t 0 (global.get 0)))))");
  linker.define_instance("first", *first);
  Instance* second = start(R"((module (type $mine (struct (field i32)))
    (import "first" "g" (global $g (mut (ref null $mine)))) (import "first" "t" (table 1 funcref))
    (func $f (result i32) (i32.const 5)) (elem (i32.const 1) $f)
    (func (export "write") (param i32) (global.set $g (struct.new $mine (local.get 0))))
    (func (export "back") (result i32) (call_indirect (result i32) (i32.const 1)))))");
  ASSERT_TRUE(call(second, "write", {33}));
  EXPECT_EQ(call_i32(first, "read"), 33);
  EXPECT_EQ(call_i32(second, "back"), 5);
}

TEST_F(EngineTest, an_endless_loop_meets_its_deadline) {
  Instance* instance = start(R"((module (func (export "go") (loop (br 0)))))");
  store->set_deadline({.wall = sys::now() + 20 * sys::ns_per_ms});
  EXPECT_EQ(trap_of(instance, "go"), abi::Trap::deadline);
  store->set_deadline({.cpu_ns = 10 * sys::ns_per_ms});
  EXPECT_EQ(trap_of(instance, "go"), abi::Trap::deadline);
}

TEST_F(EngineTest, the_host_interrupts_from_another_thread) {
  Instance* instance = start(R"((module (func (export "go") (loop (br 0)))))");
  std::thread host([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    store->interrupt();
  });
  EXPECT_EQ(trap_of(instance, "go"), abi::Trap::interrupted);
  host.join();
}

TEST_F(EngineTest, endless_recursion_ends_in_a_trap_and_the_store_lives_on) {
  Instance* instance = start(R"((module (func $f (export "go") (call $f) (nop)) (func (export "one") (result i32) (i32.const 1))))");
  EXPECT_EQ(trap_of(instance, "go"), abi::Trap::stack_overflow);
  EXPECT_EQ(call_i32(instance, "one"), 1);
}

TEST_F(EngineTest, a_host_and_a_guest_that_call_each_other_for_ever_end_in_a_trap) {
  linker.define("env", "again", engine.func({}, {}, [](runtime::Caller& caller, abi::Slot*) {
    abi::Slot none[1];
    return runtime::call_slots(caller.thread(), *caller.instance()->find_func("go"), none);
  }));
  Instance* instance = start(R"((module (import "env" "again" (func $again)) (func (export "go") (call $again) (nop))))");
  EXPECT_EQ(trap_of(instance, "go"), abi::Trap::stack_overflow);
}

TEST_F(EngineTest, memories_and_tables_grow_to_the_stores_limit_and_no_further) {
  store->limits().memory_bytes_max = 10 * 65536;
  store->limits().table_elements_max = 10;
  Instance* instance = start(R"((module (memory 1) (table 1 funcref)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "size") (result i32) (memory.size))
    (func (export "table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))))");
  EXPECT_EQ(call_i32(instance, "grow", {9}), 1);
  EXPECT_EQ(call_i32(instance, "grow", {1}), -1);
  EXPECT_EQ(call_i32(instance, "size"), 10);
  EXPECT_EQ(call_i32(instance, "table", {9}), 1);
  EXPECT_EQ(call_i32(instance, "table", {1}), -1);
}

TEST_F(EngineTest, cycles_are_collected_and_a_list_too_long_is_out_of_memory) {
  store->limits().gc_heap_bytes_max = 8 << 20;
  Instance* instance = start(R"((module (type $n (struct (field (mut (ref null $n)))))
    (func (export "cycles") (param $count i32) (local $a (ref null $n))
      (loop $again
        (local.set $a (struct.new $n (ref.null $n)))
        (struct.set $n 0 (local.get $a) (local.get $a))
        (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
    (func (export "list") (local $a (ref null $n))
      (loop $again (local.set $a (struct.new $n (local.get $a))) (br $again)))))");
  EXPECT_EQ(trap_of(instance, "cycles", {3'000'000}), abi::Trap::none);
  EXPECT_EQ(trap_of(instance, "list"), abi::Trap::out_of_memory);
  EXPECT_EQ(trap_of(instance, "cycles", {10}), abi::Trap::none);
}

TEST_F(EngineTest, values_in_the_hosts_hands_are_roots) {
  Instance* instance = start(R"((module (type $s (struct (field i32)))
    (func (export "make") (param i32) (result (ref $s)) (struct.new $s (local.get 0)))
    (func (export "read") (param (ref null $s)) (result i32) (struct.get $s 0 (local.get 0)))))");
  const auto made = call(instance, "make", {77});
  ASSERT_TRUE(made);
  store->collect();
  EXPECT_EQ(call_i32(instance, "read", {made->at(0)}), 77);
  EXPECT_EQ(store->external_value(store->make_external(99)), 99u);
}

TEST_F(EngineTest, an_uncaught_exception_comes_to_the_host) {
  Instance* instance = start(R"((module (tag $t (param i32)) (func (export "go") (throw $t (i32.const 1)))))");
  const auto result = call(instance, "go");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trap, abi::Trap::exception);
  EXPECT_TRUE(result.error().exception);
}

TEST(MeteredEngine, stops_when_the_fuel_is_used_up) {
  Settings settings;
  settings.code.metered = true;
  Engine engine(settings);
  const auto store = engine.make_store();
  const auto module = engine.load_text(R"((module (func (export "go") (loop (br 0)))))");
  ASSERT_TRUE(module);
  const auto instance = Linker().instantiate(*store, *module);
  ASSERT_TRUE(instance);
  store->set_fuel(100'000);
  EXPECT_EQ(runtime::call(*store, *(*instance)->find_func("go"), {}).error().trap, abi::Trap::out_of_fuel);
}

TEST(FormatOf, tells_formats_apart_by_content) {
  const auto format = [](std::string_view text) { return format_of({reinterpret_cast<const uint8_t*>(text.data()), text.size()}); };
  EXPECT_EQ(format(" ;; c\n(; x (; y ;) ;) ( module)"), Format::module_text);
  EXPECT_EQ(format("(component)"), Format::component_text);
  EXPECT_EQ(format(std::string_view("\0asm\x01\0\0\0", 8)), Format::module_binary);
  EXPECT_EQ(format(std::string_view("\0asm\x0d\0\x01\0", 8)), Format::component_binary);
  EXPECT_EQ(format("hello"), Format::other);
}

}  // namespace
}  // namespace wherry::engine
