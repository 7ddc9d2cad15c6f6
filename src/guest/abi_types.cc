#include "guest/abi_types.h"

namespace wherry::guest {

namespace wit = component::wit;
using component::Form;
using component::Part;
using component::Primitive;
using component::TypeId;
using Kind = wit::Type::Kind;

namespace {

Form form_of(Primitive primitive) {
  // The binary format counts down from bool, but for the last two.
  if (primitive == Primitive::error_context) return Form::error_context;
  return Form(uint8_t(Primitive::bool_) - uint8_t(primitive));
}

}  // namespace

Result<const component::FuncType*> AbiTypes::func(const wit::Func& func) {
  const TypeId result = func.result ? TRY(type(*func.result)) : component::no_type;
  return &types_.func(TRY(types_.function(TRY(parts(func.params)), result, func.is_async)));
}

Result<std::vector<Part>> AbiTypes::parts(const std::vector<wit::Labelled>& list) {
  std::vector<Part> result;
  for (const wit::Labelled& item : list) result.push_back({item.name, item.type ? TRY(type(*item.type)) : component::no_type});
  return result;
}

Result<TypeId> AbiTypes::part(const wit::Type& of, size_t number) {
  if (number >= of.parts.size() || !of.parts[number]) return component::no_type;
  return type(*of.parts[number]);
}

Result<TypeId> AbiTypes::type(const wit::Type& of) {
  switch (of.kind) {
    case Kind::primitive: return component::Types::primitive(form_of(of.primitive));
    case Kind::named: return named(of.named);
    case Kind::list: return types_.list(TRY(part(of, 0)));
    case Kind::fixed_list: return types_.fixed_list(TRY(part(of, 0)), of.length);
    case Kind::map: return types_.map(TRY(part(of, 0)), TRY(part(of, 1)));
    case Kind::option: return types_.option(TRY(part(of, 0)));
    case Kind::result: {
      const TypeId ok = TRY(part(of, 0));
      return types_.result(ok, TRY(part(of, 1)));
    }
    case Kind::tuple: {
      std::vector<TypeId> items;
      for (size_t i = 0; i < of.parts.size(); ++i) items.push_back(TRY(part(of, i)));
      return types_.tuple(std::move(items));
    }
    case Kind::own: return types_.own(wit_.origin(of.named));
    case Kind::borrow: return types_.borrow(wit_.origin(of.named));
    case Kind::stream: return types_.stream(TRY(part(of, 0)));
    case Kind::future: return types_.future(TRY(part(of, 0)));
  }
  return component::no_type;
}

Result<TypeId> AbiTypes::named(uint32_t type_def) {
  const uint32_t id = wit_.origin(type_def);
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const wit::TypeDef& def = wit_.types[id];
  using Def = wit::TypeDef::Kind;
  TypeId made = 0;
  std::vector<std::string> names;
  for (const wit::Labelled& item : def.parts) names.push_back(item.name);
  switch (def.kind) {
    case Def::alias: case Def::used: made = TRY(type(def.alias)); break;
    case Def::record: made = TRY(types_.record(TRY(parts(def.parts)))); break;
    case Def::variant: made = TRY(types_.variant(TRY(parts(def.parts)))); break;
    case Def::enum_: made = TRY(types_.enumeration(std::move(names))); break;
    case Def::flags: made = TRY(types_.flags(std::move(names))); break;
    case Def::resource: made = TRY(types_.own(id)); break;
  }
  known_.emplace(id, made);
  return made;
}

}  // namespace wherry::guest
