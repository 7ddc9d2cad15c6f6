#include <boost/context/detail/fcontext.hpp>

#include "base/sys/context.h"

namespace wherry::sys {
namespace {

namespace fcontext = boost::context::detail;

static_assert(sizeof(Transfer) == sizeof(fcontext::transfer_t));

// Boost hands its entry a transfer_t, which is Transfer under another name: two pointers, passed alike.
void* make(void* top, size_t bytes, void (*entry)(Transfer)) {
  return fcontext::make_fcontext(top, bytes, reinterpret_cast<void (*)(fcontext::transfer_t)>(reinterpret_cast<void*>(entry)));
}

Transfer jump(void* to, void* data) {
  const fcontext::transfer_t back = fcontext::jump_fcontext(to, data);
  return {back.fctx, back.data};
}

}  // namespace

const ContextSwitch default_switch{make, jump};

}  // namespace wherry::sys
