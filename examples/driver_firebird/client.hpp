// SPDX-License-Identifier: Apache-2.0
// Firebird's client library, with owners for what it hands out.
#pragma once

#include <firebird/Interface.h>

#include <memory>

namespace firebird {

namespace fb = Firebird;

struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    object->release();
  }
};
template <class T>
using Ref = std::unique_ptr<T, Release>;

[[nodiscard]] inline fb::IMaster* master() {
  static fb::IMaster* const only = fb::fb_get_master_interface();
  return only;
}

/// Where a call says how it went; throws fb::FbException when that was badly. For one thread.
class Status : public fb::ThrowStatusWrapper {
 public:
  Status() : ThrowStatusWrapper(master()->getStatus()) {}
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;
  ~Status() { dispose(); }
};

}  // namespace firebird
