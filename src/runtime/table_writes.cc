#include "runtime/table_writes.h"

#include "runtime/instance.h"
#include "wasm/body/walk.h"

namespace wherry::runtime {
namespace {

using namespace wasm::body;

// Notes the tables that a body's instructions write to.
class Writes {
 public:
  explicit Writes(std::vector<bool>& written) : written_(written) {}

#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  template <typename Immediate>                                         \
  void name(const Immediate& operand) {                                 \
    note<code>(operand);                                                \
  }
#include "wasm/opcode.def"

 private:
  template <uint32_t code, typename Immediate>
  void note(const Immediate& operand) {
    constexpr uint32_t table_set = 0x26, table_grow = 0xFC000F, table_fill = 0xFC0011;
    if constexpr (code == table_set || code == table_grow || code == table_fill) written_[operand.index] = true;
    if constexpr (std::is_same_v<Immediate, TableInit>) written_[operand.table] = true;
    if constexpr (std::is_same_v<Immediate, TableCopy>) written_[operand.to] = true;
  }

  std::vector<bool>& written_;
};

std::vector<bool> written_tables(const wasm::Module& module) {
  std::vector<bool> written(module.tables.size());
  for (const wasm::Export& item : module.exports) {
    if (item.kind == wasm::ExternKind::table) written[item.index] = true;
  }
  Writes writes(written);
  for (const wasm::Function& function : module.functions) {
    if (function.body.bytes.empty()) continue;
    wasm::Reader in(function.body.bytes, function.body.offset);
    const uint32_t runs = in.count("locals", UINT32_MAX);
    for (uint32_t i = 0; i < runs; ++i) in.u32("a count"), in.val_type("a type");
    walk(in, writes);
  }
  return written;
}

}  // namespace

bool may_be_written(const Store& store, const Table& table) {
  for (const auto& instance : store.instances()) {
    const wasm::Module& module = instance->module().wasm();
    std::vector<bool> written;
    for (uint32_t i = 0; i < module.tables.size(); ++i) {
      if (instance->table(i) != &table) continue;
      if (written.empty()) written = written_tables(module);
      if (written[i]) return true;
    }
  }
  return false;
}

}  // namespace wherry::runtime
