// SPDX-License-Identifier: Apache-2.0
// What `open` was asked for, checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace garboard::sqlite {

enum class OpenMode : std::uint8_t { create, write, read };

struct Options {
  std::string path;  ///< as the caller wrote it, for messages
  OpenMode mode = OpenMode::create;
  int busy_timeout_ms = 5000;
  bool has_foreign_keys = true;
  bool is_read_only = false;  ///< the caller will only read

  [[nodiscard]] bool is_memory() const { return path == ":memory:"; }
  /// What SQLite is given: never one of its special names, except ":memory:".
  [[nodiscard]] std::string file_name() const;
};

/// Throws sdk::Failure with GBD_E_INVALID and the offending name.
[[nodiscard]] Options parse_options(std::string_view options_json);

}  // namespace garboard::sqlite
