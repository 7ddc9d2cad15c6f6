#include "guest/type_writer.h"

namespace wherry::guest {
namespace {

using Kind = wit::Type::Kind;
using Def = wit::TypeDef::Kind;

}  // namespace

uint32_t TypeWriter::index(uint32_t type_def) {
  if (const auto known = indices_.find(type_def); known != indices_.end()) return known->second;
  const wit::TypeDef& def = wit_.types[type_def];
  uint32_t made = 0;
  const auto imported = scope_.imported ? scope_.imported(type_def) : std::nullopt;
  if (imported) made = *imported;
  else if (def.kind == Def::used) made = scope_.outside(type_def);
  else if (def.kind == Def::resource) made = scope_.resource(def.name);
  else made = scope_.name_it(def.name, define(def));
  indices_.emplace(type_def, made);
  return made;
}

uint32_t TypeWriter::define(const wit::TypeDef& def) {
  Bytes out;
  switch (def.kind) {
    case Def::alias:
      if (def.alias.kind == Kind::named) return index(def.alias.named);
      if (def.alias.kind == Kind::primitive) return out.byte(uint8_t(def.alias.primitive)), scope_.add(out);
      return anonymous(def.alias);
    case Def::record:
      out.byte(0x72).u32(def.parts.size());
      for (const wit::Labelled& field : def.parts) out.name(field.name), write_ref(out, *field.type);
      break;
    case Def::variant:
      out.byte(0x71).u32(def.parts.size());
      for (const wit::Labelled& one : def.parts) {
        out.name(one.name).byte(one.type.has_value());
        if (one.type) write_ref(out, *one.type);
        out.byte(0x00);
      }
      break;
    default:
      out.byte(def.kind == Def::enum_ ? 0x6D : 0x6E).u32(def.parts.size());
      for (const wit::Labelled& one : def.parts) out.name(one.name);
  }
  return scope_.add(out);
}

// A primitive's code or an index; what has no name is defined first.
void TypeWriter::write_ref(Bytes& out, const wit::Type& type) {
  if (type.kind == Kind::primitive) {
    out.byte(uint8_t(type.primitive));
  } else if (type.kind == Kind::named && wit_.types[wit_.origin(type.named)].kind != Def::resource) {
    out.s33(index(type.named));
  } else {
    out.s33(anonymous(type));
  }
}

void TypeWriter::write_optional(Bytes& out, const wit::Type& type, size_t part) {
  const bool is_there = part < type.parts.size() && type.parts[part].has_value();
  Bytes inner;
  if (is_there) write_ref(inner, *type.parts[part]);
  out.byte(is_there).raw(inner);
}

uint32_t TypeWriter::anonymous(const wit::Type& type) {
  Bytes out;
  switch (type.kind) {
    case Kind::named: case Kind::own: out.byte(0x69).u32(index(type.named)); break;  // a resource's name is its own handle
    case Kind::borrow: out.byte(0x68).u32(index(type.named)); break;
    case Kind::list: out.byte(0x70), write_ref(out, *type.parts[0]); break;
    case Kind::fixed_list: out.byte(0x67), write_ref(out, *type.parts[0]), out.u32(type.length); break;
    case Kind::map: out.byte(0x63), write_ref(out, *type.parts[0]), write_ref(out, *type.parts[1]); break;
    case Kind::option: out.byte(0x6B), write_ref(out, *type.parts[0]); break;
    case Kind::result: out.byte(0x6A), write_optional(out, type, 0), write_optional(out, type, 1); break;
    case Kind::tuple:
      out.byte(0x6F).u32(type.parts.size());
      for (const auto& part : type.parts) write_ref(out, *part);
      break;
    case Kind::stream: out.byte(0x66), write_optional(out, type, 0); break;
    case Kind::future: out.byte(0x65), write_optional(out, type, 0); break;
    case Kind::primitive: out.byte(uint8_t(type.primitive)); break;
  }
  return add(out);
}

uint32_t TypeWriter::add(const Bytes& type) {
  if (const auto known = anonymous_.find(type.view()); known != anonymous_.end()) return known->second;
  const uint32_t made = scope_.add(type);
  anonymous_.emplace(type.view(), made);
  return made;
}

uint32_t TypeWriter::func(const wit::Func& func) {
  Bytes out;
  out.byte(func.is_async ? 0x43 : 0x40).u32(func.params.size());
  for (const wit::Labelled& param : func.params) out.name(param.name), write_ref(out, *param.type);
  if (func.result) out.byte(0x00), write_ref(out, *func.result);
  else out.byte(0x01).byte(0x00);
  return add(out);
}

}  // namespace wherry::guest
