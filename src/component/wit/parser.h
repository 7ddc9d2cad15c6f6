// Private to this room: tokens to a tree in which names are still text (WIT.md, items).
#pragma once

#include <memory>

#include "component/wit/lexer.h"

namespace wherry::component::wit::tree {

struct Where {
  const Source* source = nullptr;
  size_t offset = 0;
};

// "types", or "wasi:http/types@0.2.12"
struct Path {
  std::string package, name, version;  // package "wasi:http", or empty
  Where where;
};

struct Type {
  wit::Type::Kind kind = wit::Type::Kind::primitive;
  Primitive primitive = Primitive::bool_;
  std::string name;  // named, own, borrow
  uint32_t length = 0;
  std::vector<std::optional<Type>> parts;
  Where where;
};

struct Labelled {
  std::string name;
  std::optional<Type> type;
};

struct Func {
  std::string name;
  enum class Kind : uint8_t { plain, method, static_, constructor } kind = Kind::plain;
  std::vector<Labelled> params;
  std::optional<Type> result;
  bool is_async = false;
};

struct TypeDef {
  wit::TypeDef::Kind kind = wit::TypeDef::Kind::alias;
  std::string name;
  Type alias;
  std::vector<Labelled> parts;
  std::vector<Func> funcs;  // resource
  Where where;
};

struct Use {
  Path path;
  struct Name { std::string name, as; Where where; };
  std::vector<Name> names;
};

struct Interface {
  std::string name;
  std::vector<Use> uses;
  std::vector<TypeDef> types;
  std::vector<Func> funcs;
  Where where;
};

struct WorldItem {
  bool is_export = false;
  std::string name;  // of a function or an interface that stands here
  std::optional<Func> func;
  std::optional<Interface> interface;
  std::optional<Path> path;
  Where where;
};

struct Include {
  Path path;
  std::vector<std::pair<std::string, std::string>> renames;
};

struct World {
  std::string name;
  Interface scope;  // uses and types that stand in it
  std::vector<WorldItem> items;
  std::vector<Include> includes;
  Where where;
};

// `use wasi:http/types@0.2.0 as t;` at the top of a file.
struct TopUse { Path path; std::string as; };

struct Package {
  std::string name, version;
  bool is_main = true;
  std::vector<Interface> interfaces;
  std::vector<World> worlds;
  std::vector<TopUse> uses;
  Where where;
};

// The packages of one text: nested ones each, and what stands outside of them. A name that is missing is empty.
Result<std::vector<Package>> parse(const Source& source, const Limits& limits);

std::unexpected<Error> fail(const Where& where, std::string what);

}  // namespace wherry::component::wit::tree
