// WIT functions as the canonical ABI sees them: for what a core module must import and export.
#pragma once

#include <map>

#include "component/types.h"
#include "component/wit/wit.h"

namespace wherry::guest {

class AbiTypes {
 public:
  explicit AbiTypes(const component::wit::Resolved& wit) : wit_(wit) {}
  Result<const component::FuncType*> func(const component::wit::Func& func);
  const component::Types& types() const { return types_; }

 private:
  Result<component::TypeId> type(const component::wit::Type& type);
  Result<component::TypeId> named(uint32_t type_def);
  Result<component::TypeId> part(const component::wit::Type& type, size_t number);
  Result<std::vector<component::Part>> parts(const std::vector<component::wit::Labelled>& list);

  const component::wit::Resolved& wit_;
  component::Types types_;
  std::map<uint32_t, component::TypeId> known_;
};

}  // namespace wherry::guest
