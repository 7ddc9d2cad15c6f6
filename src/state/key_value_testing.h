// A folder of its own for each test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "host/key_value.h"

namespace wherry::state {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/wherry-state-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline host::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace wherry::state
