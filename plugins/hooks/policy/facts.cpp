// SPDX-License-Identifier: Apache-2.0
#include "facts.hpp"

namespace garboard::policy {

Dialect dialect_of(std::string_view name, std::string_view server_version) noexcept {
  if (name == "postgres") return Dialect::postgres;
  const bool is_mariadb = server_version.find("MariaDB") != std::string_view::npos;
  if (name == "mysql") return is_mariadb ? Dialect::mariadb : Dialect::mysql;
  if (name == "mariadb") return Dialect::mariadb;
  if (name == "sqlite") return Dialect::sqlite;
  return Dialect::other;
}

std::string display(const Name& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

}  // namespace garboard::policy
