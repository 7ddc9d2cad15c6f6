// Functions of the canonical ABI: their options and core signatures (CanonicalABI.md; Explainer.md, canonical definitions).
#include <fmt/format.h>

#include "component/planner_inline.h"

namespace wherry::component {
namespace {

using wasm::SubType;
using wasm::ValType;

struct Row {
  const char* text;
  const char* signature;
};
constexpr Row rows[] = {
#define CANON(code, name, text, immediates, signature) {text, signature},
#include "component/canon.def"
#undef CANON
};

SubType signature_of(const char* text) {
  SubType type;
  std::vector<ValType>* side = &type.params;
  for (; *text; ++text) {
    if (*text == ':') side = &type.results;
    if (*text == 'i') side->push_back(wasm::types::i32);
    if (*text == 'I') side->push_back(wasm::types::i64);
    if (*text == 'r') side->push_back(wasm::types::funcref);
  }
  return type;
}

std::string text_of(const SubType& type) {
  std::string text = "(";
  for (const ValType param : type.params) text += (text.size() > 1 ? " " : "") + wasm::to_text(param);
  text += ") -> (";
  for (size_t i = 0; i < type.results.size(); ++i) text += (i ? " " : "") + wasm::to_text(type.results[i]);
  return text + ")";
}

bool is_type(const CoreEntity& func, const SubType& wanted) {
  return !func.func || (func.func->params == wanted.params && func.func->results == wanted.results);
}

// CanonicalABI.md, canon lift: an asynchronous function gives its result by task.return.
SubType lifted(const FuncType& type, const Types& types, const AbiOptions& options) {
  SubType signature = lifted_signature(type, types);
  if (!options.is_async) return signature;
  signature.results.clear();
  if (options.callback) signature.results.push_back(wasm::types::i32);
  return signature;
}

// At most four flat parameters, the result by pointer, and a status.
SubType lowered(const FuncType& type, const Types& types, const AbiOptions& options) {
  if (!options.is_async) return lowered_signature(type, types);
  SubType signature;
  if (type.flat_params.size() > 4) signature.params = {wasm::types::i32};
  else for (const Flat flat : type.flat_params) signature.params.push_back(core_type(flat));
  if (type.result != no_type) signature.params.push_back(wasm::types::i32);
  signature.results = {wasm::types::i32};
  return signature;
}

}  // namespace

const SubType* Planner::keep(SubType type) { return &signatures_.emplace_back(std::move(type)); }

Result<CoreEntity> Planner::core_func(Scope& scope, size_t offset, uint32_t index) {
  return at(scope.core[size_t(wasm::ExternKind::func)], offset, Sort::core_func, index);
}

Result<AbiOptions> Planner::abi_options(Scope& scope, size_t offset, const def::CanonOptions& options) {
  AbiOptions result{.encoding = options.encoding, .is_async = options.is_async};
  if (options.memory) {
    const CoreEntity memory = TRY(at(scope.core[size_t(wasm::ExternKind::memory)], offset, Sort::core_memory, *options.memory));
    if (memory.memory.address == wasm::AddressType::i64)
      return std::unexpected(error::unsupported(offset, "a canonical function with a 64-bit memory is not supported"));
    result.memory = memory.source;
  }
  if (options.realloc) {
    const CoreEntity realloc = TRY(core_func(scope, offset, *options.realloc));
    if (!is_type(realloc, signature_of("iiii:i"))) return refuse(offset, "realloc is not of type (i32 i32 i32 i32) -> (i32)");
    if (!options.memory) return refuse(offset, "realloc is given, but no memory");
    result.realloc = realloc.source;
  }
  if (options.callback) {
    const CoreEntity callback = TRY(core_func(scope, offset, *options.callback));
    if (!is_type(callback, signature_of("iii:i"))) return refuse(offset, "the callback is not of type (i32 i32 i32) -> (i32)");
    if (!options.is_async) return refuse(offset, "a callback is only for async functions");
    result.callback = callback.source;
  }
  if (options.post_return) {
    const CoreEntity post_return = TRY(core_func(scope, offset, *options.post_return));
    if (options.is_async) return refuse(offset, "post-return is not for async functions");
    result.post_return = post_return.source;
  }
  return result;
}

Result<void> Planner::lift(Scope& scope, size_t offset, const def::Canon& canon) {
  const CoreEntity callee = TRY(core_func(scope, offset, canon.index));
  const FuncTypeId id = TRY(func_type_index(scope, offset, canon.second));
  const FuncType& type = plan_->types.func(id);
  const AbiOptions options = TRY(abi_options(scope, offset, canon.options));
  if (options.is_async && !type.is_async) return refuse(offset, "a function that isn't async is lifted as async");
  const SubType wanted = lifted(type, plan_->types, options);
  if (!is_type(callee, wanted))
    return refuse(offset, fmt::format("the lifted core function is of type {}, but {} needs {}", text_of(*callee.func), plan_->types.func_text(id), text_of(wanted)));
  const bool needs_realloc = type.params_in_memory || type.params_have_pointers;
  if (needs_realloc && !options.realloc) return refuse(offset, "the lifted function's parameters need a realloc");
  if ((needs_realloc || type.result_in_memory || type.result_has_pointers) && !options.memory) return refuse(offset, "the lifted function needs a memory");
  if (canon.options.post_return) {
    const CoreEntity post_return = TRY(core_func(scope, offset, *canon.options.post_return));
    SubType post;
    post.params = wanted.results;
    if (!is_type(post_return, post)) return refuse(offset, fmt::format("post-return is not of type {}", text_of(post)));
  }
  plan_->lifts.push_back({scope.component, callee.source, id, options});
  scope.funcs.push_back({{FuncSource::Kind::lift, uint32_t(plan_->lifts.size() - 1)}, id});
  return {};
}

void Planner::add_canon(Scope& scope, CanonFunc canon) {
  CoreEntity entity{.source = {CoreSource::Kind::canon, wasm::ExternKind::func, uint32_t(plan_->canons.size()), 0}};
  entity.func = keep(canon.core);
  plan_->canons.push_back(std::move(canon));
  scope.core[size_t(wasm::ExternKind::func)].push_back(entity);
}

Result<void> Planner::lower(Scope& scope, size_t offset, const def::Canon& canon) {
  const FuncEntity callee = TRY(at(scope.funcs, offset, Sort::func, canon.index));
  const FuncType& type = plan_->types.func(callee.type);
  const AbiOptions options = TRY(abi_options(scope, offset, canon.options));
  if (options.post_return) return refuse(offset, "post-return is only for lifted functions");
  if (options.callback) return refuse(offset, "a callback is only for lifted functions");
  const bool needs_memory = type.params_in_memory || type.params_have_pointers || type.result_in_memory || type.result_has_pointers;
  if (needs_memory && !options.memory) return refuse(offset, "the lowered function needs a memory");
  if (type.result_has_pointers && !options.realloc) return refuse(offset, "the lowered function's result needs a realloc");
  add_canon(scope, {.op = canon.op, .component = scope.component, .callee = callee.source, .type = callee.type, .options = options,
                    .core = lowered(type, plan_->types, options)});
  return {};
}

Result<void> Planner::built_in(Scope& scope, size_t offset, const def::Canon& canon) {
  using Op = def::CanonOp;
  CanonFunc made{.op = canon.op, .component = scope.component};
  made.options = TRY(abi_options(scope, offset, canon.options));
  const Row& row = rows[size_t(canon.op)];
  if (row.signature[0] != '_') made.core = signature_of(row.signature);
  switch (canon.op) {
    case Op::resource_new: case Op::resource_rep: case Op::resource_drop:
      made.resource = TRY(resource(scope, offset, canon.index));
      if (canon.op != Op::resource_drop) {
        const ResourceType& type = plan_->resources[made.resource];
        if (type.is_imported || type.component != scope.component) return refuse(offset, fmt::format("{} is only for a component's own resource types", row.text));
      }
      break;
    case Op::context_get: case Op::context_set: {
      const ValType type = canon.index == 0x7E ? wasm::types::i64 : wasm::types::i32;
      (canon.op == Op::context_get ? made.core.results : made.core.params) = {type};
      if (canon.second > 1) return refuse(offset, "a thread's context has only the slots 0 and 1");
      made.value = canon.second;
      break;
    }
    case Op::task_return: {
      const TypeId result = TRY(optional_type(scope, offset, canon.result));
      std::vector<Part> params;
      if (result != no_type) params.push_back({"", result});
      const FuncTypeId as_params = TRY(placed(offset, plan_->types.function(std::move(params), no_type, true)));
      made.core = lifted_signature(plan_->types.func(as_params), plan_->types);
      made.type = as_params;
      break;
    }
    default: break;
  }
  add_canon(scope, std::move(made));
  return {};
}

}  // namespace wherry::component
