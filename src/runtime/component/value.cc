#include "runtime/component/value.h"

#include <algorithm>

#include "runtime/component/instance.h"

namespace wherry::runtime::component {
namespace {

namespace wc = wherry::component;
using wc::no_type;

uint32_t flags_mask(size_t count) { return count >= 32 ? UINT32_MAX : (uint32_t(1) << count) - 1; }

// Core values that a component value of `type` takes (Type::flat is cut off where nobody needs the rest).
uint64_t normalized(Lift& from, Form form, uint64_t bits) {
  switch (form) {
    case Form::bool_: return uint32_t(bits) != 0;
    case Form::u8: return uint8_t(bits);
    case Form::s8: return uint64_t(int64_t(int8_t(bits)));
    case Form::u16: return uint16_t(bits);
    case Form::s16: return uint64_t(int64_t(int16_t(bits)));
    case Form::u32: case Form::f32: return uint32_t(bits);
    case Form::s32: return uint64_t(int64_t(int32_t(bits)));
    case Form::char_: return from.character(uint32_t(bits));
    default: return bits;
  }
}

uint32_t discriminant(Lift& from, const wc::Type& type, uint32_t number) {
  if (number < type.parts.size()) return number;
  from.fail("a variant's number has no case");
  return 0;
}

Value load_list(Lift& from, const Types& types, const wc::Type& type, uint32_t pointer, uint32_t length) {
  const TypeId element = type.form == Form::map ? no_type : type.parts[0].type;
  if (element == no_type) return from.fail("maps can't be passed yet"), Value{};
  const wc::Type& of = types[element];
  if (!from.list(pointer, length, of.size, of.align)) return {};
  Value list;
  if (of.form == Form::u8) {
    if (const uint8_t* bytes = from.at(pointer, length)) list.text.assign(reinterpret_cast<const char*>(bytes), length);
    return list;
  }
  list.items.reserve(std::min<uint32_t>(length, 1 << 16));
  for (uint32_t i = 0; i < length && !from.failed(); ++i) list.items.push_back(load(from, types, element, pointer + i * of.size));
  return list;
}

uint64_t handle(Lift& from, const wc::Type& type, uint32_t index) {
  const ResourceKind* const kind = from.instance().kind(type.resource);
  return type.form == Form::own ? from.own(index, kind) : from.borrow(index, kind);
}

uint64_t read_number(Lift& from, uint32_t offset, uint32_t size) {
  switch (size) {
    case 1: return from.read<uint8_t>(offset);
    case 2: return from.read<uint16_t>(offset);
    case 4: return from.read<uint32_t>(offset);
    default: return from.read<uint64_t>(offset);
  }
}

void write_number(Lower& to, uint32_t offset, uint32_t size, uint64_t value) {
  switch (size) {
    case 1: return to.write<uint8_t>(offset, uint8_t(value));
    case 2: return to.write<uint16_t>(offset, uint16_t(value));
    case 4: return to.write<uint32_t>(offset, uint32_t(value));
    default: return to.write<uint64_t>(offset, value);
  }
}

Lower::Placed place_list(Lower& to, const Types& types, const wc::Type& type, const Value& value) {
  if (type.form == Form::map) return to.fail("maps can't be passed yet"), Lower::Placed{};
  const TypeId element = type.parts[0].type;
  const wc::Type& of = types[element];
  if (of.form == Form::u8) return to.bytes({reinterpret_cast<const uint8_t*>(value.text.data()), value.text.size()});
  const Lower::Placed placed = to.list(value.items.size(), of.size, of.align);
  for (size_t i = 0; i < value.items.size() && !to.failed(); ++i) store(to, types, element, value.items[i], uint32_t(placed.pointer + i * of.size));
  return placed;
}

uint32_t handle(Lower& to, const wc::Type& type, uint64_t rep) {
  const ResourceKind* const kind = to.instance().kind(type.resource);
  return type.form == Form::own ? to.own(rep, kind) : to.borrow(rep, kind);
}

}  // namespace

Value lift_flat(Lift& from, const Types& types, TypeId id, const abi::Slot*& at) {
  const wc::Type& type = types[id];
  Value value;
  switch (type.form) {
    case Form::string: value.text = from.string(at[0].u32, at[1].u32); at += 2; return value;
    case Form::list: case Form::map: value = load_list(from, types, type, at[0].u32, at[1].u32); at += 2; return value;
    case Form::record: case Form::tuple:
      for (const wc::Part& field : type.parts) value.items.push_back(lift_flat(from, types, field.type, at));
      return value;
    case Form::fixed_list:
      for (uint32_t i = 0; i < type.length && !from.failed(); ++i) value.items.push_back(lift_flat(from, types, type.parts[0].type, at));
      return value;
    case Form::variant: case Form::enum_: case Form::option: case Form::result: {
      const abi::Slot* const end = at + type.flat.size();
      value.number = discriminant(from, type, at->u32);
      const abi::Slot* payload = at + 1;
      if (const TypeId inner = type.parts[value.number].type; inner != no_type) value.items.push_back(lift_flat(from, types, inner, payload));
      at = end;
      return value;
    }
    case Form::flags: value.number = at++->u32 & flags_mask(type.parts.size()); return value;
    case Form::own: case Form::borrow: value.number = handle(from, type, at++->u32); return value;
    case Form::stream: case Form::future: case Form::error_context: from.fail("streams and futures can't be passed yet"); ++at; return value;
    default: value.number = normalized(from, type.form, at++->u64); return value;
  }
}

Value load(Lift& from, const Types& types, TypeId id, uint32_t offset) {
  const wc::Type& type = types[id];
  Value value;
  switch (type.form) {
    case Form::string: value.text = from.string(from.read<uint32_t>(offset), from.read<uint32_t>(offset + 4)); return value;
    case Form::list: case Form::map: return load_list(from, types, type, from.read<uint32_t>(offset), from.read<uint32_t>(offset + 4));
    case Form::record: case Form::tuple:
      for (const wc::Part& field : type.parts) value.items.push_back(load(from, types, field.type, offset + field.offset));
      return value;
    case Form::fixed_list: {
      const TypeId element = type.parts[0].type;
      for (uint32_t i = 0; i < type.length && !from.failed(); ++i) value.items.push_back(load(from, types, element, offset + i * types[element].size));
      return value;
    }
    case Form::variant: case Form::enum_: case Form::option: case Form::result:
      value.number = discriminant(from, type, uint32_t(read_number(from, offset, type.discriminant_bytes)));
      if (const TypeId inner = type.parts[value.number].type; inner != no_type)
        value.items.push_back(load(from, types, inner, offset + type.payload_offset));
      return value;
    case Form::flags: value.number = read_number(from, offset, type.size) & flags_mask(type.parts.size()); return value;
    case Form::own: case Form::borrow: value.number = handle(from, type, from.read<uint32_t>(offset)); return value;
    case Form::stream: case Form::future: case Form::error_context: from.fail("streams and futures can't be passed yet"); return value;
    default: value.number = normalized(from, type.form, read_number(from, offset, type.size)); return value;
  }
}

void lower_flat(Lower& to, const Types& types, TypeId id, const Value& value, abi::Slot*& at) {
  const wc::Type& type = types[id];
  const auto placed = [&](Lower::Placed list) { at[0].u64 = list.pointer, at[1].u64 = list.length, at += 2; };
  switch (type.form) {
    case Form::string: return placed(to.string(value.text));
    case Form::list: case Form::map: return placed(place_list(to, types, type, value));
    case Form::record: case Form::tuple:
      for (size_t i = 0; i < type.parts.size(); ++i) lower_flat(to, types, type.parts[i].type, value.items[i], at);
      return;
    case Form::fixed_list:
      for (const Value& item : value.items) lower_flat(to, types, type.parts[0].type, item, at);
      return;
    case Form::variant: case Form::enum_: case Form::option: case Form::result: {
      // The payload's core values are widened to what all cases share: zeros above, so they are written first.
      abi::Slot* const end = at + type.flat.size();
      for (abi::Slot* slot = at; slot != end; ++slot) slot->u64 = 0;
      at->u64 = value.number;
      abi::Slot* payload = at + 1;
      if (const TypeId inner = type.parts[value.number].type; inner != no_type) lower_flat(to, types, inner, value.items[0], payload);
      at = end;
      return;
    }
    case Form::own: case Form::borrow: at++->u64 = handle(to, type, value.number); return;
    case Form::stream: case Form::future: case Form::error_context: to.fail("streams and futures can't be passed yet"); ++at; return;
    case Form::u64: case Form::s64: case Form::f64: at++->u64 = value.number; return;
    default: at++->u64 = uint32_t(value.number); return;
  }
}

void store(Lower& to, const Types& types, TypeId id, const Value& value, uint32_t offset) {
  const wc::Type& type = types[id];
  const auto placed = [&](Lower::Placed list) { to.write(offset, list.pointer), to.write(offset + 4, list.length); };
  switch (type.form) {
    case Form::string: return placed(to.string(value.text));
    case Form::list: case Form::map: return placed(place_list(to, types, type, value));
    case Form::record: case Form::tuple:
      for (size_t i = 0; i < type.parts.size(); ++i) store(to, types, type.parts[i].type, value.items[i], offset + type.parts[i].offset);
      return;
    case Form::fixed_list:
      for (size_t i = 0; i < value.items.size(); ++i)
        store(to, types, type.parts[0].type, value.items[i], uint32_t(offset + i * types[type.parts[0].type].size));
      return;
    case Form::variant: case Form::enum_: case Form::option: case Form::result:
      write_number(to, offset, type.discriminant_bytes, value.number);
      if (const TypeId inner = type.parts[value.number].type; inner != no_type)
        store(to, types, inner, value.items[0], offset + type.payload_offset);
      return;
    case Form::own: case Form::borrow: return to.write(offset, handle(to, type, value.number));
    case Form::stream: case Form::future: case Form::error_context: return to.fail("streams and futures can't be passed yet");
    default: return write_number(to, offset, type.size, value.number);
  }
}

std::vector<Value> lift_params(Lift& from, const Types& types, const wc::FuncType& type, const abi::Slot* values) {
  std::vector<Value> args;
  if (type.params_in_memory) from.at(values[0].u32, type.params_size, type.params_align);
  const uint32_t base = values[0].u32;
  for (const wc::Part& param : type.params) {
    if (from.failed()) break;
    args.push_back(type.params_in_memory ? load(from, types, param.type, base + param.offset) : lift_flat(from, types, param.type, values));
  }
  return args;
}

void lower_params(Lower& to, const Types& types, const wc::FuncType& type, std::span<const Value> args, abi::Slot* values) {
  if (!type.params_in_memory) {
    for (size_t i = 0; i < args.size() && !to.failed(); ++i) lower_flat(to, types, type.params[i].type, args[i], values);
    return;
  }
  const uint32_t base = to.allocate(type.params_size, type.params_align);
  for (size_t i = 0; i < args.size() && !to.failed(); ++i) store(to, types, type.params[i].type, args[i], base + type.params[i].offset);
  values[0].u64 = base;
}

}  // namespace wherry::runtime::component
