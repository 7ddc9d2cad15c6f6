#include "wasi/p1/p1.h"

#include <fmt/format.h>

#include <utility>

namespace wherry::wasi::p1 {
namespace {

// ---- From a member's C++ type to its wasm type, and from slots to its arguments.

template <typename T>
constexpr wasm::ValType val_type() {
  static_assert(std::is_same_v<T, uint32_t> || std::is_same_v<T, uint64_t> || std::is_same_v<T, int64_t>);
  return sizeof(T) == 4 ? wasm::types::i32 : wasm::types::i64;
}

template <typename T>
T argument(const abi::Slot& slot) {
  if constexpr (sizeof(T) == 4) {
    return slot.u32;
  } else {
    return static_cast<T>(slot.u64);
  }
}

template <auto member>
struct Binding;

template <typename Returned, typename... Params, Returned (Process::*member)(Call&, Params...)>
struct Binding<member> {
  static runtime::FuncType type() {
    runtime::FuncType type{{val_type<Params>()...}, {}};
    if constexpr (!std::is_void_v<Returned>) type.results = {wasm::types::i32};
    return type;
  }

  static abi::Trap call(Process& process, Snapshot snapshot, runtime::Caller& caller, abi::Slot* values) {
    Call call{caller, snapshot, GuestMemory(caller.memory())};
    return invoke(process, call, values, std::index_sequence_for<Params...>());
  }

  template <size_t... index>
  static abi::Trap invoke(Process& process, Call& call, abi::Slot* values, std::index_sequence<index...>) {
    if constexpr (std::is_void_v<Returned>) {
      (process.*member)(call, argument<Params>(values[index])...);
    } else {
      const Errno number = (process.*member)(call, argument<Params>(values[index])...);
      values[0].u64 = static_cast<uint16_t>(number);
    }
    return call.trap;
  }
};

template <auto member>
Result<void> add(engine::Linker& linker, runtime::TypeRegistry& types, std::string_view name, const std::shared_ptr<ProcessOf>& process_of) {
  for (const auto& [module, snapshot] : {std::pair(module_name, Snapshot::preview1), std::pair(unstable_module_name, Snapshot::unstable)}) {
    auto body = [process_of, snapshot](runtime::Caller& caller, abi::Slot* values) {
      return Binding<member>::call((*process_of)(caller), snapshot, caller, values);
    };
    linker.define(module, name, TRY(runtime::make_host_func(types, Binding<member>::type(), std::move(body), fmt::format("{}.{}", module, name))));
  }
  return {};
}

std::string signature(std::string_view name, std::string_view parameters, const runtime::FuncType& type) {
  std::string text = fmt::format("{}(", name);
  for (const wasm::ValType param : type.params) {
    const size_t end = std::min(parameters.find(' '), parameters.size());
    text += fmt::format("{}{}: {}", text.back() == '(' ? "" : ", ", parameters.substr(0, end), param == wasm::types::i32 ? "i32" : "i64");
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return text + (type.results.empty() ? ")" : ") -> errno: i32");
}

}  // namespace

Result<void> add_to_linker(engine::Linker& linker, runtime::TypeRegistry& types, ProcessOf process_of) {
  const auto shared = std::make_shared<ProcessOf>(std::move(process_of));
#define FUNCTION(name, parameters) TRY(add<&Process::name>(linker, types, #name, shared));
#include "wasi/p1/functions.def"
  return {};
}

Result<void> add_to_linker(engine::Linker& linker, runtime::TypeRegistry& types, Process& process) {
  return add_to_linker(linker, types, [&process](runtime::Caller&) -> Process& { return process; });
}

std::vector<FunctionInfo> functions() {
  return {
#define FUNCTION(name, parameters) {#name, signature(#name, parameters, Binding<&Process::name>::type())},
#include "wasi/p1/functions.def"
  };
}

}  // namespace wherry::wasi::p1
