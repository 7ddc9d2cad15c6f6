// Makes rows of host interfaces from C++ functions: the types that a function takes and gives say how its values cross
// the canonical ABI, worked out when this is compiled.
//
//   bool, int8_t … uint64_t, float, double, char32_t, std::string        scalars, string
//   std::vector<T>, std::span<const uint8_t> (parameters only, not copied)  list
//   std::optional<T>, std::expected<T, E>, std::tuple<T...>              option, result, tuple
//   std::unique_ptr<R>, R& for an R derived from Resource                own, borrow
//   structs and enums with a Shape                                       record, variant, enum, flags
//
// A function is `T name(Context& context, A... args)`; T may be Result<T> where it can end the call with an Error, or
// Stop<T> where it can end it with any Trap. What it does to wait is its own business.
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>

#include "base/result.h"
#include "runtime/component/abi.h"
#include "runtime/component/instance.h"

namespace wherry::runtime::component {

// What a host function gets besides its arguments.
struct HostCall {
  abi::Thread& thread;
  const AbiEnv& env;
  void* context;
};

// A host's resource. R has a `static constexpr ResourceKind kind = kind_of<R>("name")`, or an inline one outside.
struct Resource {
  virtual ~Resource() = default;
};

template <typename R>
constexpr ResourceKind kind_of(std::string_view name) {
  return {name, [](uint64_t rep) { delete reinterpret_cast<R*>(uintptr_t(rep)); }};
}

// A trap that a host function ends the call with, and for exit the code.
struct Ending {
  abi::Trap trap;
  int32_t exit_code = 0;
};
template <typename T>
using Stop = std::expected<T, Ending>;

// How a C++ type is a component type with labels. For each such type a specialization:
//   records:  static constexpr Form form = Form::record;  static constexpr std::tuple members{&T::a, …}; names
//   variants: form = Form::variant; T derives from or is a std::variant, an alternative a case (None: no payload); names
//   enums, flags: form = Form::enum_ or flags; names. Flags are an integral or enum type.
template <typename T>
struct Shape;

struct None {};  // a case without payload

namespace bind {

template <typename T>
concept Shaped = requires { Shape<T>::form; };
template <typename T>
concept Record = Shaped<T> && (Shape<T>::form == Form::record);
template <typename T>
concept Variant = Shaped<T> && (Shape<T>::form == Form::variant);
template <typename T>
concept Enum = Shaped<T> && (Shape<T>::form == Form::enum_);
template <typename T>
concept Flags = Shaped<T> && (Shape<T>::form == Form::flags);

constexpr uint32_t aligned(uint32_t offset, uint32_t align) { return (offset + align - 1) / align * align; }

// Every Abi<T> has: size, align, flat (count of core values), desc, and load, lift, store, lower.
template <typename T>
struct Abi;

template <typename T, Form form_, typename Core>
struct ScalarAbi {
  static constexpr uint32_t size = sizeof(T), align = sizeof(T), flat = 1;
  static constexpr TypeDesc desc{form_};
  static T load(Lift& from, uint32_t offset) { return from.read<T>(offset); }
  static T lift(Lift&, const abi::Slot*& at) { return T(at++->u64); }
  static void store(Lower& to, uint32_t offset, T value) { to.write(offset, value); }
  static void lower(Lower&, T value, abi::Slot*& at) { at++->u64 = Core(value); }
};
template <> struct Abi<uint8_t> : ScalarAbi<uint8_t, Form::u8, uint32_t> {};
template <> struct Abi<int8_t> : ScalarAbi<int8_t, Form::s8, uint32_t> {};
template <> struct Abi<uint16_t> : ScalarAbi<uint16_t, Form::u16, uint32_t> {};
template <> struct Abi<int16_t> : ScalarAbi<int16_t, Form::s16, uint32_t> {};
template <> struct Abi<uint32_t> : ScalarAbi<uint32_t, Form::u32, uint32_t> {};
template <> struct Abi<int32_t> : ScalarAbi<int32_t, Form::s32, uint32_t> {};
template <> struct Abi<uint64_t> : ScalarAbi<uint64_t, Form::u64, uint64_t> {};
template <> struct Abi<int64_t> : ScalarAbi<int64_t, Form::s64, uint64_t> {};

template <> struct Abi<bool> {
  static constexpr uint32_t size = 1, align = 1, flat = 1;
  static constexpr TypeDesc desc{Form::bool_};
  static bool load(Lift& from, uint32_t offset) { return from.read<uint8_t>(offset) != 0; }
  static bool lift(Lift&, const abi::Slot*& at) { return at++->u32 != 0; }
  static void store(Lower& to, uint32_t offset, bool value) { to.write(offset, uint8_t(value)); }
  static void lower(Lower&, bool value, abi::Slot*& at) { at++->u64 = value; }
};

template <> struct Abi<double> {
  static constexpr uint32_t size = 8, align = 8, flat = 1;
  static constexpr TypeDesc desc{Form::f64};
  static double load(Lift& from, uint32_t offset) { return from.read<double>(offset); }
  static double lift(Lift&, const abi::Slot*& at) { return at++->f64; }
  static void store(Lower& to, uint32_t offset, double value) { to.write(offset, value); }
  static void lower(Lower&, double value, abi::Slot*& at) { at++->f64 = value; }
};

template <> struct Abi<std::string> {
  static constexpr uint32_t size = 8, align = 4, flat = 2;
  static constexpr TypeDesc desc{Form::string};
  static std::string load(Lift& from, uint32_t offset) { return from.string(from.read<uint32_t>(offset), from.read<uint32_t>(offset + 4)); }
  static std::string lift(Lift& from, const abi::Slot*& at) {
    const uint32_t pointer = at[0].u32, length = at[1].u32;
    at += 2;
    return from.string(pointer, length);
  }
  static void store(Lower& to, uint32_t offset, const std::string& value) {
    const Lower::Placed placed = to.string(value);
    to.write(offset, placed.pointer), to.write(offset + 4, placed.length);
  }
  static void lower(Lower& to, const std::string& value, abi::Slot*& at) {
    const Lower::Placed placed = to.string(value);
    at[0].u64 = placed.pointer, at[1].u64 = placed.length, at += 2;
  }
};

template <> struct Abi<std::span<const uint8_t>> {
  using T = std::span<const uint8_t>;
  static constexpr uint32_t size = 8, align = 4, flat = 2;
  static constexpr PartDesc parts[] = {{"", &Abi<uint8_t>::desc}};
  static constexpr TypeDesc desc{Form::list, parts};
  static T view(Lift& from, uint32_t pointer, uint32_t length) {
    if (!from.list(pointer, length, 1, 1)) return {};
    return {from.at(pointer, length), length};
  }
  static T load(Lift& from, uint32_t offset) { return view(from, from.read<uint32_t>(offset), from.read<uint32_t>(offset + 4)); }
  static T lift(Lift& from, const abi::Slot*& at) { return at += 2, view(from, at[-2].u32, at[-1].u32); }
};

template <typename E> struct Abi<std::vector<E>> {
  using T = std::vector<E>;
  static constexpr uint32_t size = 8, align = 4, flat = 2;
  static constexpr PartDesc parts[] = {{"", &Abi<E>::desc}};
  static constexpr TypeDesc desc{Form::list, parts};
  static T items(Lift& from, uint32_t pointer, uint32_t length) {
    T list;
    if (!from.list(pointer, length, Abi<E>::size, Abi<E>::align)) return list;
    if constexpr (std::is_same_v<E, uint8_t>) {
      if (const uint8_t* bytes = from.at(pointer, length)) list.assign(bytes, bytes + length);
    } else {
      for (uint32_t i = 0; i < length && !from.failed(); ++i) list.push_back(Abi<E>::load(from, pointer + i * Abi<E>::size));
    }
    return list;
  }
  static T load(Lift& from, uint32_t offset) { return items(from, from.read<uint32_t>(offset), from.read<uint32_t>(offset + 4)); }
  static T lift(Lift& from, const abi::Slot*& at) { return at += 2, items(from, at[-2].u32, at[-1].u32); }
  static Lower::Placed place(Lower& to, const T& list) {
    if constexpr (std::is_same_v<E, uint8_t>) return to.bytes(list);
    const Lower::Placed placed = to.list(list.size(), Abi<E>::size, Abi<E>::align);
    for (size_t i = 0; i < list.size() && !to.failed(); ++i)
      Abi<E>::store(to, uint32_t(placed.pointer + i * Abi<E>::size), const_cast<E&>(list[i]));
    return placed;
  }
  static void store(Lower& to, uint32_t offset, const T& list) {
    const Lower::Placed placed = place(to, list);
    to.write(offset, placed.pointer), to.write(offset + 4, placed.length);
  }
  static void lower(Lower& to, const T& list, abi::Slot*& at) {
    const Lower::Placed placed = place(to, list);
    at[0].u64 = placed.pointer, at[1].u64 = placed.length, at += 2;
  }
};

// Handles: four bytes, one core value.
template <typename T, Form form_, typename R>
struct HandleAbi {
  static constexpr uint32_t size = 4, align = 4, flat = 1;
  static constexpr TypeDesc desc{form_, {}, &R::kind};
};
template <typename R> struct Abi<std::unique_ptr<R>> : HandleAbi<std::unique_ptr<R>, Form::own, R> {
  using T = std::unique_ptr<R>;
  static T take(Lift& from, uint32_t handle) { return T(reinterpret_cast<R*>(uintptr_t(from.own(handle, &R::kind)))); }
  static T load(Lift& from, uint32_t offset) { return take(from, from.read<uint32_t>(offset)); }
  static T lift(Lift& from, const abi::Slot*& at) { return take(from, at++->u32); }
  static uint32_t give(Lower& to, T& value) {
    const uint32_t handle = to.own(reinterpret_cast<uintptr_t>(value.get()), &R::kind);
    if (handle) value.release();
    return handle;
  }
  static void store(Lower& to, uint32_t offset, T& value) { to.write(offset, give(to, value)); }
  static void lower(Lower& to, T& value, abi::Slot*& at) { at++->u64 = give(to, value); }
};
// A borrow; as a pointer, which is null only after a failure.
template <typename R> struct Abi<R*> : HandleAbi<R*, Form::borrow, R> {
  static R* take(Lift& from, uint32_t handle) { return reinterpret_cast<R*>(uintptr_t(from.borrow(handle, &R::kind))); }
  static R* load(Lift& from, uint32_t offset) { return take(from, from.read<uint32_t>(offset)); }
  static R* lift(Lift& from, const abi::Slot*& at) { return take(from, at++->u32); }
};

// Fields one after another: tuples and records.
template <typename... Ts>
struct Fields {
  static constexpr uint32_t align = std::max({uint32_t(1), Abi<Ts>::align...});
  static constexpr uint32_t flat = (0 + ... + Abi<Ts>::flat);
  static constexpr std::array<uint32_t, sizeof...(Ts) + 1> offsets = [] {
    std::array<uint32_t, sizeof...(Ts) + 1> result{};
    uint32_t offset = 0;
    size_t i = 0;
    ((offset = aligned(offset, Abi<Ts>::align), result[i++] = offset, offset += Abi<Ts>::size), ...);
    result[i] = aligned(offset, align);
    return result;
  }();
  static constexpr uint32_t size = offsets[sizeof...(Ts)];
};

template <typename... Ts> struct Abi<std::tuple<Ts...>> : Fields<Ts...> {
  using T = std::tuple<Ts...>;
  using Of = Fields<Ts...>;
  static constexpr PartDesc parts[] = {{"", &Abi<Ts>::desc}...};
  static constexpr TypeDesc desc{Form::tuple, parts};
  static T load(Lift& from, uint32_t offset) {
    return [&]<size_t... is>(std::index_sequence<is...>) {
      return T{Abi<Ts>::load(from, offset + Of::offsets[is])...};  // braces: from left to right
    }(std::index_sequence_for<Ts...>());
  }
  static T lift(Lift& from, const abi::Slot*& at) { return T{Abi<Ts>::lift(from, at)...}; }
  static void store(Lower& to, uint32_t offset, const T& value) {
    size_t i = 0;
    std::apply([&](auto&... items) { (Abi<Ts>::store(to, offset + Of::offsets[i++], const_cast<Ts&>(items)), ...); }, value);
  }
  static void lower(Lower& to, const T& value, abi::Slot*& at) {
    std::apply([&](auto&... items) { (Abi<Ts>::lower(to, const_cast<Ts&>(items), at), ...); }, value);
  }
};

template <typename> struct MemberOf;
template <typename C, typename M> struct MemberOf<M C::*> { using type = M; };

template <Record R> struct Abi<R> {
  template <typename> struct Split;
  template <typename... Ms> struct Split<const std::tuple<Ms...>> {
    using Of = Fields<typename MemberOf<Ms>::type...>;
    static constexpr std::array<const TypeDesc*, sizeof...(Ms)> types{&Abi<typename MemberOf<Ms>::type>::desc...};
  };
  using Parts = Split<decltype(Shape<R>::members)>;
  using Of = typename Parts::Of;
  static constexpr uint32_t size = Of::size, align = Of::align, flat = Of::flat;
  static constexpr auto parts = [] {
    std::array<PartDesc, Parts::types.size()> result{};
    for (size_t i = 0; i < result.size(); ++i) result[i] = {Shape<R>::names[i], Parts::types[i]};
    return result;
  }();
  static constexpr TypeDesc desc{Form::record, parts};
  template <typename Visit>
  static void each(Visit visit) {
    size_t i = 0;
    std::apply([&](auto... members) { (visit(members, Of::offsets[i++]), ...); }, Shape<R>::members);
  }
  static R load(Lift& from, uint32_t offset) {
    R value{};
    each([&](auto member, uint32_t at) { value.*member = Abi<std::remove_cvref_t<decltype(value.*member)>>::load(from, offset + at); });
    return value;
  }
  static R lift(Lift& from, const abi::Slot*& at) {
    R value{};
    each([&](auto member, uint32_t) { value.*member = Abi<std::remove_cvref_t<decltype(value.*member)>>::lift(from, at); });
    return value;
  }
  static void store(Lower& to, uint32_t offset, R& value) {
    each([&](auto member, uint32_t at) { Abi<std::remove_cvref_t<decltype(value.*member)>>::store(to, offset + at, value.*member); });
  }
  static void lower(Lower& to, R& value, abi::Slot*& at) {
    each([&](auto member, uint32_t) { Abi<std::remove_cvref_t<decltype(value.*member)>>::lower(to, value.*member, at); });
  }
};

template <> struct Abi<None> {
  static constexpr uint32_t size = 0, align = 1, flat = 0;
  static None load(Lift&, uint32_t) { return {}; }
  static None lift(Lift&, const abi::Slot*&) { return {}; }
  static void store(Lower&, uint32_t, None&) {}
  static void lower(Lower&, None&, abi::Slot*&) {}
};
template <> struct Abi<std::monostate> : Abi<None> {};

template <typename T>
constexpr const TypeDesc* desc_or_null() {
  if constexpr (std::is_same_v<T, None>) return nullptr;
  else return &Abi<T>::desc;
}

// A number and then the payload of one of the cases.
template <typename... Ts>
struct CasesAbi {
  static constexpr uint32_t count = sizeof...(Ts);
  static constexpr uint32_t number_bytes = count <= 0x100 ? 1 : count <= 0x10000 ? 2 : 4;
  static constexpr uint32_t payload_align = std::max({uint32_t(1), Abi<Ts>::align...});
  static constexpr uint32_t payload = aligned(number_bytes, payload_align);
  static constexpr uint32_t align = std::max(number_bytes, payload_align);
  static constexpr uint32_t size = aligned(payload + std::max({uint32_t(0), Abi<Ts>::size...}), align);
  static constexpr uint32_t flat = 1 + std::max({uint32_t(0), Abi<Ts>::flat...});

  static uint32_t check(Lift& from, uint32_t number) {
    if (number < count) return number;
    from.fail("a variant's number has no case");
    return 0;
  }
  static uint32_t load_number(Lift& from, uint32_t offset) {
    return check(from, number_bytes == 1 ? from.read<uint8_t>(offset) : number_bytes == 2 ? from.read<uint16_t>(offset) : from.read<uint32_t>(offset));
  }
  static void store_number(Lower& to, uint32_t offset, uint32_t number) {
    if constexpr (number_bytes == 1) to.write(offset, uint8_t(number));
    else if constexpr (number_bytes == 2) to.write(offset, uint16_t(number));
    else to.write(offset, number);
  }
  // Zeros first: payloads are widened to what all cases share.
  static abi::Slot* begin_lower(abi::Slot*& at, uint32_t number) {
    abi::Slot* const payload = at + 1;
    for (uint32_t i = 0; i < flat; ++i) at[i].u64 = 0;
    at->u64 = number;
    at += flat;
    return payload;
  }
};

template <typename> struct VariantBase;
template <typename... Ts> struct VariantBase<std::variant<Ts...>> {
  using Cases = CasesAbi<Ts...>;
  static constexpr std::array<const TypeDesc*, sizeof...(Ts)> types{desc_or_null<Ts>()...};
  template <typename V> static V make(Lift& from, uint32_t number, auto read) {
    using Make = V (*)(Lift&, decltype(read)&);
    static constexpr auto makers = []<size_t... is>(std::index_sequence<is...>) {
      return std::array<Make, sizeof...(Ts)>{[](Lift&, decltype(read)& read) -> V {
        return V{typename V::variant(std::in_place_index<is>, read.template operator()<std::variant_alternative_t<is, std::variant<Ts...>>>())};
      }...};
    }(std::index_sequence_for<Ts...>());
    return makers[number](from, read);
  }
};

template <Variant V> struct Abi<V> {
  using Base = VariantBase<typename V::variant>;
  using Cases = typename Base::Cases;
  static constexpr uint32_t size = Cases::size, align = Cases::align, flat = Cases::flat;
  static constexpr auto parts = [] {
    std::array<PartDesc, Base::types.size()> result{};
    for (size_t i = 0; i < result.size(); ++i) result[i] = {Shape<V>::names[i], Base::types[i]};
    return result;
  }();
  static constexpr TypeDesc desc{Form::variant, parts};
  static V load(Lift& from, uint32_t offset) {
    return Base::template make<V>(from, Cases::load_number(from, offset), [&]<typename T>() { return Abi<T>::load(from, offset + Cases::payload); });
  }
  static V lift(Lift& from, const abi::Slot*& at) {
    const abi::Slot* payload = at + 1;
    const uint32_t number = Cases::check(from, at->u32);
    at += flat;
    return Base::template make<V>(from, number, [&]<typename T>() { return Abi<T>::lift(from, payload); });
  }
  static void store(Lower& to, uint32_t offset, V& value) {
    Cases::store_number(to, offset, uint32_t(value.value.index()));
    std::visit([&](auto& item) { Abi<std::remove_cvref_t<decltype(item)>>::store(to, offset + Cases::payload, item); }, value.value);
  }
  static void lower(Lower& to, V& value, abi::Slot*& at) {
    abi::Slot* payload = Cases::begin_lower(at, uint32_t(value.value.index()));
    std::visit([&](auto& item) { Abi<std::remove_cvref_t<decltype(item)>>::lower(to, item, payload); }, value.value);
  }
};

template <typename E> struct Abi<std::optional<E>> {
  using T = std::optional<E>;
  using Cases = CasesAbi<None, E>;
  static constexpr uint32_t size = Cases::size, align = Cases::align, flat = Cases::flat;
  static constexpr PartDesc parts[] = {{"none"}, {"some", &Abi<E>::desc}};
  static constexpr TypeDesc desc{Form::option, parts};
  static T load(Lift& from, uint32_t offset) {
    if (Cases::load_number(from, offset) == 0) return std::nullopt;
    return Abi<E>::load(from, offset + Cases::payload);
  }
  static T lift(Lift& from, const abi::Slot*& at) {
    const abi::Slot* payload = at + 1;
    const uint32_t number = Cases::check(from, at->u32);
    at += flat;
    if (number == 0) return std::nullopt;
    return Abi<E>::lift(from, payload);
  }
  static void store(Lower& to, uint32_t offset, T& value) {
    Cases::store_number(to, offset, value.has_value());
    if (value) Abi<E>::store(to, offset + Cases::payload, *value);
  }
  static void lower(Lower& to, T& value, abi::Slot*& at) {
    abi::Slot* payload = Cases::begin_lower(at, value.has_value());
    if (value) Abi<E>::lower(to, *value, payload);
  }
};

template <typename V> using OrNone = std::conditional_t<std::is_void_v<V>, None, V>;

template <typename O, typename E> struct Abi<std::expected<O, E>> {
  using T = std::expected<O, E>;
  using Ok = OrNone<O>;
  using Cases = CasesAbi<Ok, E>;
  static constexpr uint32_t size = Cases::size, align = Cases::align, flat = Cases::flat;
  static constexpr PartDesc parts[] = {{"ok", desc_or_null<Ok>()}, {"error", desc_or_null<E>()}};
  static constexpr TypeDesc desc{Form::result, parts};
  static T made(uint32_t number, auto read) {
    if (number == 1) return std::unexpected(read.template operator()<E>());
    if constexpr (std::is_void_v<O>) return {};
    else return read.template operator()<O>();
  }
  static T load(Lift& from, uint32_t offset) {
    return made(Cases::load_number(from, offset), [&]<typename X>() { return Abi<X>::load(from, offset + Cases::payload); });
  }
  static T lift(Lift& from, const abi::Slot*& at) {
    const abi::Slot* payload = at + 1;
    const uint32_t number = Cases::check(from, at->u32);
    at += flat;
    return made(number, [&]<typename X>() { return Abi<X>::lift(from, payload); });
  }
  static void store(Lower& to, uint32_t offset, T& value) {
    Cases::store_number(to, offset, !value);
    if (!value) Abi<E>::store(to, offset + Cases::payload, value.error());
    else if constexpr (!std::is_void_v<O>) Abi<O>::store(to, offset + Cases::payload, *value);
  }
  static void lower(Lower& to, T& value, abi::Slot*& at) {
    abi::Slot* payload = Cases::begin_lower(at, !value);
    if (!value) Abi<E>::lower(to, value.error(), payload);
    else if constexpr (!std::is_void_v<O>) Abi<O>::lower(to, *value, payload);
  }
};

template <typename T>
constexpr auto named_parts() {
  std::array<PartDesc, std::size(Shape<T>::names)> result{};
  for (size_t i = 0; i < result.size(); ++i) result[i] = {Shape<T>::names[i]};
  return result;
}

template <Enum E> struct Abi<E> {
  static constexpr uint32_t count = std::size(Shape<E>::names);
  static constexpr uint32_t size = count <= 0x100 ? 1 : 2, align = size, flat = 1;
  static constexpr auto parts = named_parts<E>();
  static constexpr TypeDesc desc{Form::enum_, parts};
  static E check(Lift& from, uint32_t number) {
    if (number >= count) from.fail("an enum's number has no case"), number = 0;
    return E(number);
  }
  static E load(Lift& from, uint32_t offset) { return check(from, size == 1 ? from.read<uint8_t>(offset) : from.read<uint16_t>(offset)); }
  static E lift(Lift& from, const abi::Slot*& at) { return check(from, at++->u32); }
  static void store(Lower& to, uint32_t offset, E value) {
    if constexpr (size == 1) to.write(offset, uint8_t(value));
    else to.write(offset, uint16_t(value));
  }
  static void lower(Lower&, E value, abi::Slot*& at) { at++->u64 = uint32_t(value); }
};

template <Flags F> struct Abi<F> {
  static constexpr uint32_t count = std::size(Shape<F>::names);
  using Word = std::conditional_t<count <= 8, uint8_t, std::conditional_t<count <= 16, uint16_t, uint32_t>>;
  static constexpr uint32_t size = sizeof(Word), align = size, flat = 1;
  static constexpr uint32_t mask = count == 32 ? UINT32_MAX : (uint32_t(1) << count) - 1;
  static constexpr auto parts = named_parts<F>();
  static constexpr TypeDesc desc{Form::flags, parts};
  static F load(Lift& from, uint32_t offset) { return F(from.read<Word>(offset) & mask); }
  static F lift(Lift&, const abi::Slot*& at) { return F(at++->u32 & mask); }
  static void store(Lower& to, uint32_t offset, F value) { to.write(offset, Word(value)); }
  static void lower(Lower&, F value, abi::Slot*& at) { at++->u64 = uint32_t(value); }
};

// A parameter as it is kept during the call: a reference is a borrowed resource.
template <typename A>
using Stored = std::conditional_t<std::is_lvalue_reference_v<A> && !std::is_const_v<std::remove_reference_t<A>>,
                                  std::remove_reference_t<A>*, std::remove_cvref_t<A>>;

template <typename A>
decltype(auto) pass(Stored<A>& stored) {
  if constexpr (std::is_pointer_v<Stored<A>>) return (*stored);
  else return std::move(stored);
}

template <typename R> struct Returned { using type = R; };
template <typename R> struct Returned<std::expected<R, Error>> { using type = R; };
template <typename R> struct Returned<std::expected<R, Ending>> { using type = R; };

abi::Trap end_call(abi::Thread& thread, Error error);
abi::Trap end_call(abi::Thread& thread, const Ending& ending);

template <typename F> struct Function;
template <typename R, typename C, typename... As>
struct Function<R (*)(C&, As...)> {
  using Context = C;
  using Value = typename Returned<R>::type;
  using Params = std::tuple<Stored<As>...>;
  using Layout = Fields<Stored<As>...>;
  static constexpr bool params_in_memory = Layout::flat > wherry::component::flat_params_max;
  static constexpr bool has_value = !std::is_void_v<Value>;
  static constexpr bool result_in_memory = [] {
    if constexpr (has_value) return Abi<Value>::flat > wherry::component::flat_results_max;
    else return false;
  }();
  static constexpr std::array<const TypeDesc*, sizeof...(As)> params{&Abi<Stored<As>>::desc...};
  static constexpr const TypeDesc* result = [] {
    if constexpr (has_value) return &Abi<Value>::desc;
    else return nullptr;
  }();

  static Params lift(Lift& from, const abi::Slot* values) {
    if constexpr (params_in_memory) {
      const uint32_t base = values[0].u32;
      from.at(base, Layout::size, Layout::align);
      return [&]<size_t... is>(std::index_sequence<is...>) {
        return Params{Abi<Stored<As>>::load(from, base + Layout::offsets[is])...};
      }(std::index_sequence_for<As...>());
    } else {
      return Params{Abi<Stored<As>>::lift(from, values)...};
    }
  }

  template <R (*function)(C&, As...)>
  static abi::Trap call(HostCall& call, abi::Slot* values) {
    constexpr uint32_t result_at = params_in_memory ? 1 : Layout::flat;
    const uint32_t result_pointer = result_in_memory ? values[result_at].u32 : 0;
    Lift from(call.thread, call.env);
    Params args = lift(from, values);
    if (from.failed()) return from.trap();
    C& context = *static_cast<C*>(call.context);
    const auto run = [&]<size_t... is>(std::index_sequence<is...>) { return function(context, pass<As>(std::get<is>(args))...); };
    if constexpr (std::is_void_v<R>) {
      run(std::index_sequence_for<As...>());
    } else {
      R returned = run(std::index_sequence_for<As...>());
      if constexpr (std::is_same_v<R, Value>) {
        return give(call, returned, values, result_pointer);
      } else {
        if (!returned) return end_call(call.thread, std::move(returned).error());
        if constexpr (has_value) return give(call, *returned, values, result_pointer);
      }
    }
    return abi::Trap::none;
  }

  static abi::Trap give(HostCall& call, auto& value, abi::Slot* values, uint32_t pointer) {
    Lower to(call.thread, call.env);
    if constexpr (result_in_memory) {
      if (to.at(pointer, Abi<Value>::size, Abi<Value>::align)) Abi<Value>::store(to, pointer, value);
    } else {
      Abi<Value>::lower(to, value, values);
    }
    return to.trap();
  }
};

}  // namespace bind

// The row for a function.
template <auto function>
constexpr HostFunction row(std::string_view name) {
  using F = bind::Function<decltype(function)>;
  return {name, {F::params, F::result}, &F::template call<function>};
}

}  // namespace wherry::runtime::component
