// SPDX-License-Identifier: Apache-2.0
// Owning types for libpq's handles, and text parameters in the shape libpq wants them.
#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/driver.hpp>

namespace garboard::postgres {

struct FreeConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FreeConnection>;
struct FreeSettings {
  void operator()(PQconninfoOption* list) const noexcept { PQconninfoFree(list); }
};
using ResultHandle = std::unique_ptr<PGresult, FreeResult>;
using SettingsHandle = std::unique_ptr<PQconninfoOption, FreeSettings>;

/// Every connection setting this libpq knows; ends with a null keyword.
inline SettingsHandle known_settings() {
  SettingsHandle list(PQconninfoParse("", nullptr));
  if (list == nullptr) throw std::bad_alloc();
  return list;
}

/// A NUL-terminated copy; GBD_E_INVALID when the text holds a NUL itself, which the protocol cannot
/// carry. `what` names the text in the message.
inline std::string c_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw sdk::Failure(GBD_E_INVALID, std::string(what) +
                                          " contains a NUL byte, which PostgreSQL "
                                          "does not accept");
  return std::string(text);
}

/// Parameters of one statement; lives as long as libpq needs the pointers.
class TextParams {
 public:
  explicit TextParams(std::span<const gbd_str> params) {
    texts_.reserve(params.size());
    values_.reserve(params.size());
    for (const gbd_str& param : params) {
      texts_.push_back(c_text(sdk::view(param), "a parameter"));
      values_.push_back(param.ptr == nullptr ? nullptr : texts_.back().c_str());
    }
  }
  [[nodiscard]] int size() const noexcept { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* data() const noexcept {
    return values_.empty() ? nullptr : values_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> values_;
};

}  // namespace garboard::postgres
