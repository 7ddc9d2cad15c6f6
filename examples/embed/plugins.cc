// Three tenants' plug-ins in one process, each in a store of its own with its own limits; one of them is hostile.
//   plugins greeter.wat primes.wat hostile.wat
// What each may import is what this program gives it: one function, `host.log`.
#include <cstdio>
#include <fstream>
#include <iterator>

#include <wherry/wherry.hpp>

namespace {

struct Tenant {
  const char* name;
  wherry::Store store;
  std::optional<wherry::Memory> memory;
  std::optional<wherry::TypedFunc<int32_t(int32_t)>> work;
};

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

wherry::Limits limits() {
  wherry::Limits limits = wherry::default_limits();
  limits.memory_bytes_max = 8 << 20;
  limits.instances_max = 1;
  return limits;
}

// `host.log`: the plug-in passes a range of its memory, which is checked before it is read.
wherry::Result<void> log(const Tenant& tenant, int32_t address, int32_t count) {
  const auto text = tenant.memory ? tenant.memory->text(uint32_t(address), uint32_t(count)) : std::nullopt;
  if (!text) return wherry::Failure{"log: the text is outside of the plug-in's memory", {}};
  std::printf("  [%s] %.*s\n", tenant.name, int(text->size()), text->data());
  return std::monostate();
}

bool load(const wherry::Engine& engine, Tenant& tenant, const char* path) {
  const auto module = engine.module(read_file(path));
  if (!module) return std::fprintf(stderr, "%s: %s\n", path, module.failure().message.c_str()), false;
  const wherry::Func imports[] = {tenant.store.func<void(int32_t, int32_t)>([&tenant](int32_t address, int32_t count) { return log(tenant, address, count); })};
  auto instance = tenant.store.instantiate(*module, imports);
  if (!instance) return std::fprintf(stderr, "%s: %s\n", path, instance.failure().message.c_str()), false;
  tenant.memory = instance->memory();
  auto work = instance->typed<int32_t(int32_t)>("work");
  if (!work) return std::fprintf(stderr, "%s: %s\n", path, work.failure().message.c_str()), false;
  tenant.work = *work;
  return true;
}

void call(Tenant& tenant, int32_t input) {
  tenant.store.set_deadline(std::chrono::milliseconds(200));
  const auto result = (*tenant.work)(input);
  if (result) std::printf("%s(%d) = %d\n", tenant.name, input, *result);
  else std::printf("%s(%d) was stopped: %s\n", tenant.name, input, result.failure().message.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: plugins greeter.wat primes.wat hostile.wat\n"), 2;
  const wherry::Engine engine;
  Tenant greeter{"greeter", wherry::Store(engine, limits()), {}, {}}, primes{"primes", wherry::Store(engine, limits()), {}, {}},
      hostile{"hostile", wherry::Store(engine, limits()), {}, {}};
  if (!load(engine, greeter, argv[1]) || !load(engine, primes, argv[2]) || !load(engine, hostile, argv[3])) return 1;
  for (int32_t round = 0; round < 5; ++round) {
    call(hostile, round);
    call(greeter, 10);
    call(primes, 1000);
  }
  return 0;
}
