#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "guest/componentize.h"

namespace wherry::guest {
namespace {

namespace fs = std::filesystem;

Result<component::wit::Source> read_file(const fs::path& path, bool is_main) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{ErrorKind::unavailable, "can't be read", path.string()});
  return component::wit::Source{path.string(), {std::istreambuf_iterator<char>(file), {}}, is_main};
}

// In order of their names, so that what is made doesn't depend on the file system.
std::vector<fs::path> list(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) paths.push_back(at->path());
  std::ranges::sort(paths);
  return paths;
}

Result<void> read_folder(const fs::path& folder, bool is_main, std::vector<component::wit::Source>& into) {
  for (const fs::path& path : list(folder))
    if (path.extension() == ".wit") into.push_back(TRY(read_file(path, is_main)));
  return {};
}

}  // namespace

Result<std::vector<component::wit::Source>> read_wit(const std::string& path) {
  std::vector<component::wit::Source> sources;
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    sources.push_back(TRY(read_file(path, true)));
    return sources;
  }
  TRY(read_folder(path, true, sources));
  const fs::path deps = fs::path(path) / "deps";
  TRY(read_folder(deps, false, sources));
  for (const fs::path& folder : list(deps))
    if (fs::is_directory(folder, failed)) TRY(read_folder(folder, false, sources));
  if (sources.empty()) return std::unexpected(Error{ErrorKind::unavailable, "there are no .wit files", path});
  return sources;
}

}  // namespace wherry::guest
