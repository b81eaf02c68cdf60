// SPDX-License-Identifier: Apache-2.0
// The formats of folders of migrations, by the names that --format takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace garboard::loading {

enum class Format : std::uint8_t {
  automatic,  ///< told by the names and markers of the files
  dbmate,
  golang_migrate,
  goose,
  flyway,
  sqlx,
  diesel,
  knex,
  atlas,
  prisma,
  refinery,
  sql_migrate,
  pop,
  plain,  ///< *.sql in the order of their names
  plan,   ///< plan files
};

/// "golang-migrate" for Format::golang_migrate.
[[nodiscard]] std::string_view name_of(Format format) noexcept;
/// nullopt for a name that is none.
[[nodiscard]] std::optional<Format> format_named(std::string_view name) noexcept;

}  // namespace garboard::loading
