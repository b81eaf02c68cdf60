// SPDX-License-Identifier: Apache-2.0
// For a transaction in which foreign keys are not enforced: switches them off, and finds before the
// commit what it left without a parent.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace garboard::sqlite {

/// Settings that cannot be changed inside a transaction, or should not outlive one; put back at the
/// end of its life.
class UncheckedSettings {
 public:
  explicit UncheckedSettings(sqlite3* handle) noexcept;
  UncheckedSettings(const UncheckedSettings&) = delete;
  UncheckedSettings& operator=(const UncheckedSettings&) = delete;
  ~UncheckedSettings();
  [[nodiscard]] bool were_foreign_keys_on() const noexcept { return has_foreign_keys_ != 0; }

 private:
  sqlite3* handle_;
  int has_foreign_keys_ = 0, has_legacy_alter_table_ = 0;
};

/// The rows without their parents at one moment.
class ForeignKeySnapshot {
 public:
  /// Reads every table that has foreign keys.
  explicit ForeignKeySnapshot(sqlite3* handle);
  /// Throws sdk::Failure when there are rows without their parents now that were none of them.
  void verify(sqlite3* handle) const;

 private:
  struct Violation {
    std::string table, rowid, parent;
    bool operator<(const Violation& other) const;
  };
  using Tables = std::set<std::string>;
  [[nodiscard]] std::string lasting(const std::string& table, const Tables& now) const;
  [[nodiscard]] std::map<Violation, std::int64_t> comparable(const Tables& now) const;
  void verify_parents(sqlite3* handle, const Tables& now) const;

  Tables tables_;      ///< names in lower case
  Tables unreadable_;  ///< whose foreign keys name no key of their parent
  std::map<Violation, std::int64_t> violations_;
};

}  // namespace garboard::sqlite
