// SPDX-License-Identifier: Apache-2.0
// Which objects one DDL statement changes, and how the server is asked for their state: so that
// after a crash it can be told whether the statement took effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::mysql {

/// The SHOW CREATE statements that together show what `sql` would change. Empty when `sql` is no
/// DDL, or when its effect cannot be told from the definitions of the objects that it names.
[[nodiscard]] std::vector<std::string> inspections_of(std::string_view sql);

/// True when this error of a SHOW CREATE means that the object does not exist.
[[nodiscard]] bool means_absent(std::int64_t native_code) noexcept;

/// A digest of definitions; two that differ get different digests for all that chance can do.
class Digest {
 public:
  /// Adds one cell; nullopt is SQL NULL. The counter in a table's options is left out.
  void add(std::optional<std::string_view> cell) noexcept;
  [[nodiscard]] std::string hex() const;

 private:
  void mix(std::string_view bytes) noexcept;
  std::uint64_t state_ = 0xcbf29ce484222325U;  // FNV-1a
};

}  // namespace garboard::mysql
