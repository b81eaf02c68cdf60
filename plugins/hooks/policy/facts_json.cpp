// SPDX-License-Identifier: Apache-2.0
#include "facts_json.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace garboard::policy {
namespace {

using nlohmann::json;

// In the order of the enumerators.
constexpr std::array<std::string_view, 34> kinds = {
    "unknown",       "create_table",   "create_index", "create_view", "create_other", "alter_table",
    "alter_domain",  "alter_other",    "drop_table",   "drop_index",  "drop_view",    "drop_schema",
    "drop_database", "drop_other",     "truncate",     "insert",      "update",       "delete",
    "merge",         "select",         "copy",         "reindex",     "vacuum",       "cluster",
    "refresh_view",  "create_trigger", "lock_table",   "begin",       "commit",       "rollback",
    "set",           "pragma",         "run_code",     "utility"};
static_assert(kinds.size() == static_cast<std::size_t>(Kind::utility) + 1);

constexpr std::array<std::string_view, 28> action_kinds = {"unknown",
                                                           "other",
                                                           "add_column",
                                                           "drop_column",
                                                           "change_column",
                                                           "alter_type",
                                                           "set_not_null",
                                                           "rename_column",
                                                           "rename_table",
                                                           "add_foreign_key",
                                                           "add_check",
                                                           "add_unique",
                                                           "add_primary_key",
                                                           "add_exclude",
                                                           "add_index",
                                                           "validate_constraint",
                                                           "drop_constraint",
                                                           "drop_primary_key",
                                                           "attach_partition",
                                                           "detach_partition",
                                                           "drop_partition",
                                                           "partition",
                                                           "convert_charset",
                                                           "set_engine",
                                                           "set_logged",
                                                           "system_versioning",
                                                           "light",
                                                           "trigger"};
static_assert(action_kinds.size() == static_cast<std::size_t>(ActionKind::trigger) + 1);

template <class Enum, class Names>
Enum value_of(const Names& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? Enum{} : static_cast<Enum>(found - names.begin());
}

// The members of each struct, said once for both directions: `visit` is a Writer or a Reader.
template <class Visit, class Of>
void each_of_name(Visit& visit, Of& name) {
  visit("schema", name.schema);
  visit("name", name.name);
}

template <class Visit, class Of>
void each_of_column(Visit& visit, Of& column) {
  visit("name", column.name);
  visit("type", column.type);
  visit("isNotNull", column.is_not_null);
  visit("hasDefault", column.has_default);
  visit("isIdentity", column.is_identity);
  visit("isStored", column.is_stored);
  visit("isVirtual", column.is_virtual);
  visit("isPrimary", column.is_primary);
  visit("isUnique", column.is_unique);
  visit("hasCheck", column.has_check);
  visit("references", column.references);
  visit("hasPosition", column.has_position);
  visit("hasCharset", column.has_charset);
  visit("defaultFunctions", column.default_functions);
}

template <class Visit, class Of>
void each_of_action(Visit& visit, Of& action) {
  visit("kind", action.kind);
  visit("name", action.name);
  visit("newName", action.new_name);
  visit("column", action.column);
  visit("references", action.references);
  visit("isNotValid", action.is_not_valid);
  visit("usesIndex", action.uses_index);
  visit("usesExpression", action.uses_expression);
  visit("isConcurrent", action.is_concurrent);
  visit("notNullColumn", action.not_null_column);
  visit("indexKind", action.index_kind);
  visit("engine", action.engine);
}

template <class Visit, class Of>
void each_of_facts(Visit& visit, Of& facts) {
  visit("kind", facts.kind);
  visit("tables", facts.tables);
  visit("references", facts.references);
  visit("parents", facts.parents);
  visit("name", facts.name);
  visit("value", facts.value);
  visit("actions", facts.actions);
  visit("columns", facts.columns);
  visit("isConcurrent", facts.is_concurrent);
  visit("ifNotExists", facts.if_not_exists);
  visit("ifExists", facts.if_exists);
  visit("isOnly", facts.is_only);
  visit("isCascade", facts.is_cascade);
  visit("isFull", facts.is_full);
  visit("isTemporary", facts.is_temporary);
  visit("isReplace", facts.is_replace);
  visit("isPartitioned", facts.is_partitioned);
  visit("isPartition", facts.is_partition);
  visit("hasWhere", facts.has_where);
  visit("hasLimit", facts.has_limit);
  visit("hasWait", facts.has_wait);
  visit("algorithm", facts.algorithm);
  visit("lock", facts.lock);
  visit("indexKind", facts.index_kind);
  visit("unread", facts.unread);
}

template <class Visit, class T>
void each(Visit& visit, T& value) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, Name>) each_of_name(visit, value);
  if constexpr (std::is_same_v<Plain, Column>) each_of_column(visit, value);
  if constexpr (std::is_same_v<Plain, Action>) each_of_action(visit, value);
  if constexpr (std::is_same_v<Plain, Facts>) each_of_facts(visit, value);
}

// Leaves out what is empty or false.
class Writer {
 public:
  template <class T>
  void operator()(const char* key, const T& value) {
    json written = json_of(value);
    const bool is_nothing = written.is_boolean()  ? !written.get<bool>()
                            : written.is_string() ? written.get_ref<const std::string&>().empty()
                                                  : written.empty();
    if (!is_nothing) out[key] = std::move(written);
  }
  json out = json::object();

  static json json_of(bool value) { return value; }
  static json json_of(const std::string& value) { return value; }
  static json json_of(Kind value) { return std::string(name_of(value)); }
  static json json_of(ActionKind value) { return std::string(name_of(value)); }
  template <class T>
  static json json_of(const std::vector<T>& values) {
    json list = json::array();
    for (const T& value : values) list.push_back(json_of(value));
    return list;
  }
  template <class T>
  static json json_of(const T& value) {
    Writer writer;
    each(writer, value);
    return std::move(writer.out);
  }
};

class Reader {
 public:
  explicit Reader(const json& in) : in_(in) {}
  template <class T>
  void operator()(const char* key, T& value) {
    const auto found = in_.find(key);
    if (found != in_.end()) read(*found, value);
  }

  static void read(const json& in, bool& value) { value = in.get<bool>(); }
  static void read(const json& in, std::string& value) { value = in.get<std::string>(); }
  static void read(const json& in, Kind& value) {
    value = value_of<Kind>(kinds, in.get_ref<const std::string&>());
  }
  static void read(const json& in, ActionKind& value) {
    value = value_of<ActionKind>(action_kinds, in.get_ref<const std::string&>());
  }
  template <class T>
  static void read(const json& in, std::vector<T>& values) {
    for (const json& one : in) read(one, values.emplace_back());
  }
  template <class T>
  static void read(const json& in, T& value) {
    Reader reader(in);
    each(reader, value);
  }

 private:
  const json& in_;
};

}  // namespace

json to_json(const Facts& facts) { return Writer::json_of(facts); }

Facts facts_from_json(const json& in) {
  Facts facts;
  Reader::read(in, facts);
  return facts;
}

std::string_view name_of(Kind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }
std::string_view name_of(ActionKind kind) noexcept {
  return action_kinds[static_cast<std::size_t>(kind)];
}
bool is_kind(std::string_view name) noexcept {
  return std::find(kinds.begin(), kinds.end(), name) != kinds.end();
}

}  // namespace garboard::policy
