#include "host/memory_files.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>

#include "base/sys/clock.h"

namespace wherry::host {
namespace {

using sys::failed;

// What the nodes of one folder share.
struct Tree {
  std::mutex mutex;
  std::atomic<size_t> bytes = 0;  // atomic because the last File or Dir goes without the lock
  const size_t bytes_max;
  uint64_t next_inode = 1;
  explicit Tree(size_t bytes_max) : bytes_max(bytes_max) {}

  Io<void> charge(size_t more) {
    if (more > bytes_max - std::min<size_t>(bytes, bytes_max)) return failed(Errno::nospc);
    bytes += more;
    return {};
  }
};

struct Node;
using NodePtr = std::shared_ptr<Node>;
constexpr size_t node_bytes = 128;  // what an entry costs beyond its content

struct Node {
  std::shared_ptr<Tree> tree;
  FileType type;
  uint64_t inode;
  uint64_t links = 0;
  bool removed = false;                                    // directories
  std::vector<std::byte> data;                             // files
  std::string target;                                      // links
  std::map<std::string, NodePtr, std::less<>> children;    // directories
  std::weak_ptr<Node> parent;                              // directories
  int64_t accessed_ns, modified_ns, changed_ns;

  Node(std::shared_ptr<Tree> owner, FileType kind) : tree(std::move(owner)), type(kind), inode(tree->next_inode++) {
    accessed_ns = modified_ns = changed_ns = sys::clock_ns(sys::Clock::realtime);
  }
  // Without recursion, however deep the folders are.
  ~Node() {
    tree->bytes -= data.size() + target.size();
    std::vector<NodePtr> doomed;
    const auto take = [&](Node& node) {
      for (auto& [name, child] : node.children) doomed.push_back(std::move(child));
      node.children.clear();
    };
    take(*this);
    while (!doomed.empty()) {
      const NodePtr node = std::move(doomed.back());
      doomed.pop_back();
      if (node.use_count() == 1) take(*node);
    }
  }

  bool is_dir() const { return type == FileType::directory; }
  void touch() { modified_ns = changed_ns = sys::clock_ns(sys::Clock::realtime); }
  FileStat stat() const {
    const size_t size = type == FileType::symbolic_link ? target.size() : data.size();
    return {1, inode, type, is_dir() ? 1 : links, size, accessed_ns, modified_ns, changed_ns};
  }
  void set_times(SetTime accessed, SetTime modified) {
    const int64_t now = sys::clock_ns(sys::Clock::realtime);
    const auto set = [&](int64_t& time, SetTime to) {
      if (to.kind != SetTime::Kind::keep) time = to.kind == SetTime::Kind::now ? now : to.ns;
    };
    set(accessed_ns, accessed);
    set(modified_ns, modified);
    changed_ns = now;
  }
  Io<void> resize(uint64_t bytes) {
    if (bytes > data.size()) {
      if (bytes > tree->bytes_max) return failed(Errno::nospc);
      TRY(tree->charge(static_cast<size_t>(bytes) - data.size()));
    } else {
      tree->bytes -= data.size() - static_cast<size_t>(bytes);
    }
    data.resize(static_cast<size_t>(bytes));
    touch();
    return {};
  }
};

// A name in a directory, and what has it now.
struct Spot {
  NodePtr dir;
  std::string name;  // "." when the path ended in the directory itself
  NodePtr node;      // null: nothing yet
  bool slash = false;
};

class Resolution {
 public:
  Resolution(NodePtr root, std::string_view path, bool follow) : stack_{std::move(root)}, rest_(path), follow_(follow) {}

  Io<Spot> run() {
    TRY(check());
    for (;;) {
      const std::string name = next();
      const bool slash = !rest_.empty(), last = rest_.find_first_not_of('/') == std::string::npos;
      if (name.empty()) return here();
      if (name == "." || name == "..") {
        if (name == ".." && stack_.size() == 1) return failed(Errno::perm);
        if (name == "..") stack_.pop_back();
        if (last) return here();
        continue;
      }
      const auto found = stack_.back()->children.find(name);
      const NodePtr node = found == stack_.back()->children.end() ? nullptr : found->second;
      if (node && node->type == FileType::symbolic_link && (!last || follow_ || slash)) {
        TRY(splice(node->target));
      } else if (last) {
        return Spot{stack_.back(), name, node, slash};
      } else if (!node) {
        return failed(Errno::noent);
      } else if (!node->is_dir()) {
        return failed(Errno::notdir);
      } else {
        stack_.push_back(node);
      }
    }
  }

 private:
  Io<void> check() const {
    constexpr size_t name_bytes_max = 255;
    if (rest_.empty()) return failed(Errno::noent);
    if (rest_.find('\0') != std::string::npos) return failed(Errno::inval);
    if (rest_.size() > sys::path_bytes_max) return failed(Errno::nametoolong);
    if (rest_.front() == '/') return failed(Errno::perm);
    for (size_t at = 0; at < rest_.size();) {
      const size_t end = std::min(rest_.find('/', at), rest_.size());
      if (end - at > name_bytes_max) return failed(Errno::nametoolong);
      at = end + 1;
    }
    return {};
  }
  Spot here() const { return {stack_.back(), ".", stack_.back(), true}; }
  std::string next() {
    rest_.erase(0, std::min(rest_.find_first_not_of('/'), rest_.size()));
    const size_t end = std::min(rest_.find('/'), rest_.size());
    std::string name = rest_.substr(0, end);
    rest_.erase(0, end);
    return name;
  }
  Io<void> splice(const std::string& target) {
    if (++links_ > sys::symlinks_max) return failed(Errno::loop);
    if (target.front() == '/') return failed(Errno::perm);
    rest_.insert(0, target);
    return {};
  }

  std::vector<NodePtr> stack_;
  std::string rest_;
  bool follow_;
  size_t links_ = 0;
};

class MemoryFile final : public File {
 public:
  MemoryFile(NodePtr node, bool read, bool write) : node_(std::move(node)), read_(read), write_(write) {}

  Io<FileStat> stat() override {
    const std::lock_guard lock(node_->tree->mutex);
    return node_->stat();
  }
  Io<size_t> read(Pieces into, uint64_t offset) override {
    if (!read_) return failed(Errno::badf);
    if (offset > INT64_MAX) return failed(Errno::inval);
    const std::lock_guard lock(node_->tree->mutex);
    size_t got = 0;
    for (const auto& piece : into) {
      if (offset >= node_->data.size()) break;
      const size_t count = std::min<uint64_t>(piece.size(), node_->data.size() - offset);
      if (count > 0) std::memcpy(piece.data(), node_->data.data() + offset, count);
      got += count;
      offset += count;
    }
    return got;
  }
  Io<size_t> write(ConstPieces pieces, uint64_t offset, WriteMode mode, uint64_t& end) override {
    if (!write_) return failed(Errno::badf);
    if (offset > INT64_MAX && !mode.append) return failed(Errno::inval);
    const std::lock_guard lock(node_->tree->mutex);
    if (mode.append) offset = node_->data.size();
    uint64_t total = 0;
    for (const auto& piece : pieces) total += piece.size();
    if (total > 0 && offset + total > node_->data.size()) TRY(node_->resize(offset + total));
    for (const auto& piece : pieces) {
      if (!piece.empty()) std::memcpy(node_->data.data() + offset, piece.data(), piece.size());
      offset += piece.size();
    }
    node_->touch();
    end = offset;
    return static_cast<size_t>(total);
  }
  Io<void> set_size(uint64_t bytes) override {
    if (!write_ || bytes > INT64_MAX) return failed(Errno::inval);
    const std::lock_guard lock(node_->tree->mutex);
    return node_->resize(bytes);
  }
  Io<void> set_times(SetTime accessed, SetTime modified) override {
    const std::lock_guard lock(node_->tree->mutex);
    node_->set_times(accessed, modified);
    return {};
  }
  Io<void> allocate(uint64_t offset, uint64_t bytes) override {
    if (bytes == 0 || offset > INT64_MAX || bytes > INT64_MAX) return failed(Errno::inval);
    if (!write_) return failed(Errno::badf);
    const std::lock_guard lock(node_->tree->mutex);
    if (offset + bytes <= node_->data.size()) return {};
    return node_->resize(offset + bytes);
  }
  Io<void> advise(uint64_t, uint64_t, Advice) override { return {}; }
  Io<void> sync(bool) override { return {}; }

 private:
  NodePtr node_;
  bool read_, write_;
};

class MemoryDir final : public Dir {
 public:
  explicit MemoryDir(NodePtr node) : node_(std::move(node)) {}

  Io<Opened> open_at(std::string_view path, const OpenFlags& flags) override {
    if (flags.directory && (flags.create || flags.exclusive || flags.truncate)) return failed(Errno::inval);
    const std::lock_guard lock(tree().mutex);
    Spot spot = TRY(Resolution(node_, path, flags.follow && !(flags.create && flags.exclusive)).run());
    if (spot.slash && flags.create) return failed(Errno::isdir);
    if (spot.node && flags.create && flags.exclusive) return failed(Errno::exist);
    if (!spot.node) {
      if (!flags.create) return failed(Errno::noent);
      spot.node = TRY(add(spot, FileType::regular_file));
    }
    return open(spot, flags);
  }

  Io<FileStat> stat() override {
    const std::lock_guard lock(tree().mutex);
    return node_->stat();
  }
  Io<FileStat> stat_at(std::string_view path, bool follow) override {
    const std::lock_guard lock(tree().mutex);
    return TRY(existing(path, follow)).node->stat();
  }
  Io<void> set_times(SetTime accessed, SetTime modified) override {
    const std::lock_guard lock(tree().mutex);
    node_->set_times(accessed, modified);
    return {};
  }
  Io<void> set_times_at(std::string_view path, bool follow, SetTime accessed, SetTime modified) override {
    const std::lock_guard lock(tree().mutex);
    TRY(existing(path, follow)).node->set_times(accessed, modified);
    return {};
  }
  Io<void> create_directory_at(std::string_view path) override {
    const std::lock_guard lock(tree().mutex);
    const Spot spot = TRY(Resolution(node_, path, false).run());
    if (spot.node) return failed(Errno::exist);
    TRY(add(spot, FileType::directory));
    return {};
  }
  Io<void> remove_directory_at(std::string_view path) override {
    const std::lock_guard lock(tree().mutex);
    const Spot spot = TRY(existing(path, false));
    if (spot.name == ".") return failed(Errno::inval);
    if (!spot.node->is_dir()) return failed(Errno::notdir);
    if (!spot.node->children.empty()) return failed(Errno::notempty);
    remove(spot);
    return {};
  }
  Io<void> unlink_at(std::string_view path) override {
    const std::lock_guard lock(tree().mutex);
    const Spot spot = TRY(existing(path, false));
    if (spot.node->is_dir()) return failed(Errno::isdir);
    remove(spot);
    return {};
  }
  Io<void> rename_at(std::string_view path, Dir& to, std::string_view to_path) override {
    const MemoryDir& target_dir = *TRY(same_tree(to));
    const std::lock_guard lock(tree().mutex);
    const Spot from = TRY(existing(path, false));
    const Spot target = TRY(Resolution(target_dir.node_, to_path, false).run());
    if (from.name == "." || target.name == ".") return failed(Errno::busy);
    if (target.dir->removed) return failed(Errno::noent);
    TRY(check_rename(from, target));
    if (from.node == target.node) return {};
    if (!target.node) TRY(tree().charge(target.name.size() + node_bytes));
    if (target.node) {
      --target.node->links;
      target.node->removed = target.node->is_dir();
    }
    from.node->parent = target.dir;
    target.dir->children[target.name] = from.node;
    from.dir->children.erase(from.name);
    tree().bytes -= from.name.size() + node_bytes;
    from.dir->touch();
    target.dir->touch();
    return {};
  }
  Io<void> link_at(std::string_view path, Dir& to, std::string_view to_path) override {
    const MemoryDir& target_dir = *TRY(same_tree(to));
    const std::lock_guard lock(tree().mutex);
    const Spot from = TRY(existing(path, false));
    const Spot target = TRY(Resolution(target_dir.node_, to_path, false).run());
    TRY(check_new(target));
    if (from.node->is_dir()) return failed(Errno::perm);
    TRY(tree().charge(target.name.size() + node_bytes));
    ++from.node->links;
    target.dir->children[target.name] = from.node;
    return {};
  }
  Io<void> symlink_at(std::string_view target, std::string_view path) override {
    if (target.empty()) return failed(Errno::noent);
    if (target.find('\0') != std::string_view::npos) return failed(Errno::inval);
    if (target.size() > sys::path_bytes_max) return failed(Errno::nametoolong);
    if (target.front() == '/') return failed(Errno::perm);
    const std::lock_guard lock(tree().mutex);
    const Spot spot = TRY(Resolution(node_, path, false).run());
    TRY(check_new(spot));
    TRY(tree().charge(target.size()));
    const auto link = add(spot, FileType::symbolic_link);
    if (!link) {
      tree().bytes -= target.size();
      return failed(link.error());
    }
    (*link)->target = target;
    return {};
  }
  Io<std::string> readlink_at(std::string_view path) override {
    const std::lock_guard lock(tree().mutex);
    const Spot spot = TRY(existing(path, false));
    if (spot.node->type != FileType::symbolic_link) return failed(Errno::inval);
    return spot.node->target;
  }
  // Cookies are positions in the order of names.
  Io<std::vector<DirEntry>> entries(uint64_t cookie, size_t count_max) override {
    const std::lock_guard lock(tree().mutex);
    std::vector<DirEntry> entries;
    uint64_t position = 0;
    const auto put = [&](std::string_view name, const Node& node) {
      if (++position > cookie && entries.size() < count_max) entries.push_back({std::string(name), node.inode, node.type, position});
    };
    put(".", *node_);
    put("..", *node_);
    for (const auto& [name, node] : node_->children) put(name, *node);
    return entries;
  }
  Io<void> sync(bool) override { return {}; }
  bool read_only() const override { return false; }

 private:
  Tree& tree() const { return *node_->tree; }

  Io<Spot> existing(std::string_view path, bool follow) const {
    Spot spot = TRY(Resolution(node_, path, follow).run());
    if (!spot.node) return failed(Errno::noent);
    if (spot.slash && !spot.node->is_dir()) return failed(Errno::notdir);
    return spot;
  }

  static Io<void> check_new(const Spot& spot) {
    if (spot.dir->removed) return failed(Errno::noent);
    if (spot.node && spot.slash && !spot.node->is_dir()) return failed(Errno::notdir);
    if (spot.node) return failed(Errno::exist);
    if (spot.slash) return failed(Errno::noent);
    return {};
  }

  static bool is_beneath(const Node& outer, NodePtr inner) {
    while (inner && inner.get() != &outer) inner = inner->parent.lock();
    return inner != nullptr;
  }

  static Io<void> check_rename(const Spot& from, const Spot& target) {
    if (!from.node->is_dir()) {
      if (target.slash) return failed(Errno::notdir);
      if (target.node && target.node->is_dir()) return failed(Errno::isdir);
      return {};
    }
    if (target.node && !target.node->is_dir()) return failed(Errno::notdir);
    if (is_beneath(*from.node, target.dir)) return failed(Errno::inval);
    if (target.node && target.node != from.node && !target.node->children.empty()) return failed(Errno::notempty);
    return {};
  }

  Io<const MemoryDir*> same_tree(Dir& to) const {
    const auto* dir = dynamic_cast<const MemoryDir*>(&to);
    if (!dir || dir->node_->tree != node_->tree) return failed(Errno::xdev);
    return dir;
  }

  Io<NodePtr> add(const Spot& spot, FileType type) {
    if (spot.dir->removed) return failed(Errno::noent);
    TRY(tree().charge(spot.name.size() + node_bytes));
    auto node = std::make_shared<Node>(node_->tree, type);
    node->links = 1;
    node->parent = spot.dir;
    spot.dir->children[spot.name] = node;
    spot.dir->touch();
    return node;
  }

  void remove(const Spot& spot) {
    --spot.node->links;
    spot.node->removed = spot.node->is_dir();
    tree().bytes -= spot.name.size() + node_bytes;
    spot.dir->children.erase(spot.name);
    spot.dir->touch();
  }

  Io<Opened> open(const Spot& spot, const OpenFlags& flags) {
    Opened opened;
    if (spot.node->type == FileType::symbolic_link) return failed(flags.directory ? Errno::notdir : Errno::loop);
    if (spot.node->is_dir()) {
      if (flags.write || flags.truncate || flags.create) return failed(Errno::isdir);
      opened.dir = std::make_unique<MemoryDir>(spot.node);
      return opened;
    }
    if (flags.directory || spot.slash) return failed(Errno::notdir);
    if (flags.truncate) TRY(spot.node->resize(0));
    opened.file = std::make_unique<MemoryFile>(spot.node, flags.read, flags.write);
    return opened;
  }

  NodePtr node_;
};

}  // namespace

std::unique_ptr<Dir> make_memory_folder(const MemoryFolderOptions& options) {
  return std::make_unique<MemoryDir>(std::make_shared<Node>(std::make_shared<Tree>(options.bytes_max), FileType::directory));
}

}  // namespace wherry::host
