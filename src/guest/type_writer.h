// WIT types as a component's binary has them, each written when it is first needed. One writer for each scope: the
// component itself, or the inside of an instance type.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "component/wit/wit.h"
#include "guest/writer.h"

namespace wherry::guest {

namespace wit = component::wit;

class TypeWriter {
 public:
  // What a scope does in its own way; each gives a type's index.
  struct Scope {
    std::function<uint32_t(const Bytes&)> add;                                   // a type definition
    std::function<uint32_t(uint32_t type_def)> outside;                          // a type that is not the scope's own
    std::function<uint32_t(const std::string& name, uint32_t index)> name_it;    // exports it, (eq index)
    std::function<uint32_t(const std::string& name)> resource;                   // exports a resource type
    // A named type that is there already as something's export; absent or without a value: it has to be defined.
    std::function<std::optional<uint32_t>(uint32_t type_def)> imported;
  };
  TypeWriter(const wit::Resolved& wit, Scope scope) : wit_(wit), scope_(std::move(scope)) {}

  uint32_t index(uint32_t type_def);
  uint32_t func(const wit::Func& func);

 private:
  void write_ref(Bytes& out, const wit::Type& type);
  void write_optional(Bytes& out, const wit::Type& type, size_t part);
  uint32_t anonymous(const wit::Type& type);
  uint32_t add(const Bytes& type);
  uint32_t define(const wit::TypeDef& def);

  const wit::Resolved& wit_;
  const Scope scope_;
  std::map<uint32_t, uint32_t> indices_;                      // TypeDef -> index
  std::map<std::string, uint32_t, std::less<>> anonymous_;  // binary form -> index
};

}  // namespace wherry::guest
