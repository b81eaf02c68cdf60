// SPDX-License-Identifier: Apache-2.0
// Environment: the variables this process was started with, as a value that tests can make up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace garboard::cli {

class Environment {
 public:
  Environment() = default;
  /// "NAME=value" texts, null-terminated, that outlive this; as main() gets them.
  explicit Environment(const char* const* variables) {
    for (; variables != nullptr && *variables != nullptr; ++variables)
      entries_.emplace_back(*variables);
  }
  explicit Environment(std::vector<std::string_view> entries) : entries_(std::move(entries)) {}

  /// All of them, as NAME=value.
  [[nodiscard]] std::vector<std::string> all() const { return {entries_.begin(), entries_.end()}; }
  /// The variable's value; nullopt when it is not set, or empty, which in a container means the
  /// same.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const {
    for (const std::string_view entry : entries_)
      if (entry.size() > name.size() + 1 && entry[name.size()] == '=' && entry.starts_with(name))
        return std::string(entry.substr(name.size() + 1));
    return std::nullopt;
  }

 private:
  std::vector<std::string_view> entries_;
};

}  // namespace garboard::cli
