// SPDX-License-Identifier: Apache-2.0
// Finds a secret in a text, as it is or encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace garboard::conformance {

class SecretSearch {
 public:
  explicit SecretSearch(std::string_view secret);
  /// True when the text holds it raw, percent-encoded, as in JSON, or inside base64.
  [[nodiscard]] bool is_in(std::string_view text) const;

 private:
  std::vector<std::string> forms_;
};

}  // namespace garboard::conformance
