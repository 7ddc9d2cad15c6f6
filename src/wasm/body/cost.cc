#include "wasm/body/cost.h"

#include "wasm/body/walk.h"

namespace wherry::wasm::body {
namespace {

enum class Flow { onward, fork };

class Metering {
 public:
  explicit Metering(Reader& in) : in_(in), run_{in.offset(), 0} {}

#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  template <typename Immediate>                                         \
  void name(const Immediate&) {                                         \
    charge(fuel, Flow::flow);                                           \
  }
#include "wasm/opcode.def"

  std::vector<Charge> finish() && {
    close();
    return std::move(charges_);
  }

 private:
  void charge(uint32_t fuel, Flow flow) {
    run_.fuel += fuel;
    if (flow == Flow::fork) close();
  }

  void close() {
    if (run_.fuel > 0) charges_.push_back(run_);
    run_ = {in_.offset(), 0};
  }

  Reader& in_;
  Charge run_;
  std::vector<Charge> charges_;
};

}  // namespace

std::vector<Charge> charges(Reader body) {
  Metering metering(body);
  walk(body, metering);
  return std::move(metering).finish();
}

}  // namespace wherry::wasm::body
