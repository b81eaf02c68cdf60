// SPDX-License-Identifier: Apache-2.0
#include "facts.hpp"

namespace garboard::policy {

Dialect dialect_of(std::string_view name) noexcept {
  if (name == "postgres") return Dialect::postgres;
  if (name == "mysql") return Dialect::mysql;
  if (name == "mariadb") return Dialect::mariadb;
  if (name == "sqlite") return Dialect::sqlite;
  return Dialect::other;
}

std::string display(const Name& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

}  // namespace garboard::policy
