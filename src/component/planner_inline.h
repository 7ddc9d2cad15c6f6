// Private to this room: templates of Planner that several of its files use.
#pragma once

#include "component/errors.h"
#include "component/planner.h"

namespace wherry::component {

template <typename T>
Result<T> Planner::at(const std::vector<T>& space, size_t offset, Sort sort, uint32_t index) {
  if (index >= space.size()) return std::unexpected(error::no_index(offset, sort, index, space.size()));
  return space[index];
}

inline std::unexpected<Error> refuse(size_t offset, std::string what) {
  return std::unexpected(error::invalid(offset, std::move(what)));
}

}  // namespace wherry::component
