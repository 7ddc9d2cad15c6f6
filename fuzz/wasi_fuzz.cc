// links: wasi/p1 engine host
// WASI 0.1's calls with whatever arguments, paths among them that try to leave, on a folder in memory and on one of this
// machine by both ways of resolving paths. Found: crashes, and anything made, changed or read outside of the folder.
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "host/memory_files.h"
#include "runtime/call.h"
#include "runtime/store.h"
#include "wasi/p1/p1.h"

namespace {

using namespace wherry;
namespace fs = std::filesystem;
using wasi::p1::Call;
using wasi::p1::Process;

constexpr std::string_view secret = "the secret that no guest may read";

// What the fuzzer's bytes are read as; zeros after the end.
class Input {
 public:
  Input(const uint8_t* bytes, size_t count) : rest_(bytes, count) {}
  bool done() const { return rest_.empty(); }
  uint8_t byte() {
    const uint8_t value = rest_.empty() ? 0 : rest_.front();
    if (!rest_.empty()) rest_ = rest_.subspan(1);
    return value;
  }
  template <typename T>
  T number() {
    T value = 0;
    for (size_t i = 0; i < sizeof value; ++i) value |= static_cast<T>(T{byte()} << (8 * i));
    return value;
  }
  // Mostly small, sometimes anything.
  template <typename T>
  T argument() {
    switch (byte() % 8) {
      case 0: return number<T>();
      case 1: return static_cast<T>(~T{0} - byte());
      case 2: return static_cast<T>(65530 + byte() % 16);
      case 3: return static_cast<T>(number<uint16_t>());
      default: return byte() % 16;
    }
  }

 private:
  std::span<const uint8_t> rest_;
};

// Answers at once, whatever is waited for.
class NoWaiter final : public host::Waiter {
 public:
  bool wait(std::span<host::FdInterest> interests, sys::Instant) override {
    for (auto& interest : interests) interest.ready = true;
    return true;
  }
};

// Years pass while a guest polls, so that no poll takes long.
class RacingClock final : public host::Clock {
 public:
  int64_t now_ns(host::ClockId) override { return now_ += 1'000'000'000'000; }
  int64_t resolution_ns(host::ClockId) override { return 1; }

 private:
  int64_t now_ = 0;
};

// A folder for the guest beside one with the secret.
struct Ground {
  fs::path base, root;
  Ground() {
    char name[] = "/tmp/wherry-wasi-fuzz-XXXXXX";
    base = mkdtemp(name);
    root = base / "root";
    fs::create_directories(base / "outside");
    std::ofstream(base / "outside/secret") << secret;
  }
  void reset() const {
    std::error_code ignored;
    fs::remove_all(root, ignored);
    fs::create_directories(root / "a/b");
    std::ofstream(root / "a/file") << "inside";
    fs::create_symlink("../outside", root / "out");
    fs::create_symlink("a/b", root / "in");
    fs::create_symlink("/", root / "abs");
    fs::create_symlink("loop", root / "loop");
  }
  void check() const {
    size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(base)) ++entries;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(base / "outside")) ++entries;
    std::ifstream file(base / "outside/secret");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (entries != 3 || text != secret || fs::hard_link_count(base / "outside/secret") != 1) {
      std::fprintf(stderr, "something outside of the folder was changed\n");
      abort();
    }
  }
  ~Ground() { fs::remove_all(base); }
};

constexpr uint32_t memory_bytes = 65536, texts = 32768;  // paths lie in the upper half

// Pieces that make interesting paths.
constexpr std::string_view pieces[] = {"a", "b", "file", "..", ".", "/", "//", "out", "in", "abs", "loop", "outside", "secret", "new",
                                       "link", "\xff", "/../", "../..", "out/secret", "etc/passwd", "a/b", "root", "\xc3\xa4", ""};

class Fuzzer {
 public:
  Fuzzer(Input& in, std::shared_ptr<host::Dir> dir)
      : in_(in), store_(shared_), entered_(store_), caller_(entered_.thread()), memory_(**make_memory()),
        process_({input_, out_, err_, clock_, random_, waiter_, {"prog", "arg"}, {{"K", "V"}}, {{std::move(dir), "/"}}, {}, 64}) {}

  void run() {
    constexpr int calls_max = 200;
    for (int i = 0; i < calls_max && !in_.done(); ++i) {
      fill();
      one_call();
      look_for_secret();
    }
  }

 private:
  Result<runtime::Memory*> make_memory() {
    wasm::MemoryType type;
    type.pages = {1, 1};
    return store_.make_memory(type);
  }

  // A path at `texts`, and some bytes of the fuzzer's where iovecs and subscriptions will be read.
  void fill() {
    std::string path;
    for (int n = in_.byte() % 6; n >= 0; --n) {
      path += pieces[in_.byte() % std::size(pieces)];
      if (in_.byte() & 1) path += '/';
    }
    path_bytes_ = static_cast<uint32_t>(std::min<size_t>(path.size(), 1000));
    std::memcpy(memory_.base() + texts, path.data(), path_bytes_);
    for (int n = in_.byte() % 8; n > 0; --n) {
      const uint32_t value = in_.argument<uint32_t>();
      std::memcpy(memory_.base() + (in_.byte() % 64) * 4, &value, 4);
    }
  }

  void one_call() {
    static const auto table = make_table();
    Call call{caller_, in_.byte() % 4 ? wasi::p1::Snapshot::preview1 : wasi::p1::Snapshot::unstable, wasi::p1::GuestMemory(&memory_)};
    table[in_.byte() % table.size()](*this, call);
  }

  // Names of parameters say where a path may stand.
  using Entry = void (*)(Fuzzer&, Call&);
  static constexpr size_t count = 46;
  static std::array<Entry, count> make_table() {
    return {
#define FUNCTION(name, parameters) [](Fuzzer& fuzzer, Call& call) { fuzzer.invoke(&Process::name, parameters, call); },
#include "wasi/p1/functions.def"
    };
  }

  template <typename R, typename... Params>
  void invoke(R (Process::*member)(Call&, Params...), std::string_view names, Call& call) {
    std::tuple<Params...> arguments;
    std::apply([&](auto&... argument) { (set(argument, names), ...); }, arguments);
    std::apply([&](auto... argument) { static_cast<void>((process_.*member)(call, argument...)); }, arguments);
  }

  template <typename T>
  void set(T& argument, std::string_view& names) {
    const size_t end = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    const bool wild = in_.byte() % 16 == 0;
    const bool is_path = name.ends_with("path*");
    if (wild) {
      argument = in_.argument<T>();
    } else if (is_path) {
      argument = static_cast<T>(texts);
    } else if (name.ends_with("path_len")) {
      argument = static_cast<T>(path_bytes_);
    } else if (name == "fd" || name.ends_with("_fd")) {
      argument = static_cast<T>(3 + in_.byte() % 4);
    } else if (name.starts_with("rights")) {
      argument = static_cast<T>(~uint64_t{0});
    } else if (name == "size" || name == "len" || name == "offset") {
      argument = static_cast<T>(in_.number<uint16_t>());  // no files of terabytes
    } else if (name.ends_with("*")) {
      argument = static_cast<T>(4 * (in_.byte() % 64));
    } else {
      argument = in_.argument<T>();
    }
  }

  void look_for_secret() {
    if (memmem(memory_.base(), memory_bytes, secret.data(), secret.size())) {
      std::fprintf(stderr, "the guest read the secret\n");
      abort();
    }
  }

  Input& in_;
  runtime::Shared shared_;
  runtime::Store store_;
  runtime::Entered entered_;
  runtime::Caller caller_;
  runtime::Memory& memory_;
  host::TextInput input_{"some input"};
  host::TextOutput out_{1 << 20}, err_{1 << 20};
  RacingClock clock_;
  host::SeededRandom random_{1};
  NoWaiter waiter_;
  Process process_;
  uint32_t path_bytes_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  static const Ground ground;
  Input in(bytes, count);
  const uint8_t kind = in.byte() % 3;
  if (kind == 0) {
    Fuzzer(in, host::make_memory_folder({.bytes_max = 1 << 20})).run();
    return 0;
  }
  ground.reset();
  auto folder = host::open_folder(ground.root.string(), {.resolver = kind == 1 ? sys::Resolver::walk : sys::Resolver::automatic});
  if (!folder) abort();
  Fuzzer(in, *std::move(folder)).run();
  ground.check();
  return 0;
}
