// WIT packages, read and resolved: every name stands for the thing it means. Ids are positions in Resolved's lists.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "component/syntax.h"

namespace wherry::component::wit {

inline constexpr uint32_t none = UINT32_MAX;

struct Type {
  enum class Kind : uint8_t { primitive, named, list, fixed_list, map, option, result, tuple, own, borrow, stream, future };
  Kind kind = Kind::primitive;
  Primitive primitive = Primitive::bool_;
  uint32_t named = none;                   // named, own, borrow: TypeDef
  uint32_t length = 0;                     // fixed_list
  std::vector<std::optional<Type>> parts;  // what stands between the brackets; result<_, e>: the first is absent
};

struct Labelled {
  std::string name;
  std::optional<Type> type;
};

struct TypeDef {
  enum class Kind : uint8_t { alias, used, record, variant, enum_, flags, resource };
  Kind kind = Kind::alias;
  std::string name;
  uint32_t interface = none;  // that it stands in; none: a world
  Type alias;                 // alias
  uint32_t used = none;       // used: the TypeDef that `use` names
  std::vector<Labelled> parts;  // fields, cases, names
};

struct Func {
  std::string name;  // "[method]fields.append"
  std::vector<Labelled> params;
  std::optional<Type> result;
  bool is_async = false;
  uint32_t resource = none;  // of methods, constructors and statics: TypeDef
};

struct Interface {
  std::string name;     // "types"; empty: one that stands in a world
  std::string full_name;  // "wasi:http/types@0.2.12"; of one that stands in a world: its name there
  std::vector<uint32_t> types;  // in order; used ones among them
  std::vector<Func> funcs;
};

struct WorldItem {
  enum class Kind : uint8_t { func, interface };
  Kind kind = Kind::interface;
  std::string name;  // as it is imported or exported
  uint32_t interface = none;
  Func func;
};

struct World {
  std::string name, full_name;
  std::vector<WorldItem> imports, exports;
  std::vector<uint32_t> types;
};

struct Resolved {
  std::vector<TypeDef> types;
  std::vector<Interface> interfaces;
  std::vector<World> worlds;
  std::vector<uint32_t> main_worlds;  // of the package that was asked for

  // The world called `name`, or the only one there is.
  Result<const World*> select(std::string_view name) const;
  // Through aliases and uses to what is meant.
  uint32_t origin(uint32_t type) const;
};

// One WIT text with the name that errors give it ("world.wit").
struct Source {
  std::string name, text;
  bool is_main = true;  // else a dependency
};

struct Limits {
  size_t text_bytes_max = 16u << 20;
  uint32_t items_max = 100'000;
  uint32_t depth_max = 100;
};

// Errors say where: "world.wit:3:14".
Result<Resolved> resolve(std::vector<Source> sources, const Limits& limits = {});

}  // namespace wherry::component::wit
