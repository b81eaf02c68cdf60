// SPDX-License-Identifier: Apache-2.0
#include "tree_columns.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace garboard::policy::tree {
namespace {

using nlohmann::json;

// True when `is_it` is of something in the tree; without recursion: expressions can be deep.
template <class Predicate>
bool any_below(const json& root, const Predicate& is_it) {
  std::vector<const json*> open{&root};
  while (!open.empty()) {
    const json& at = *open.back();
    open.pop_back();
    if (is_it(at)) return true;
    if (at.is_structured())
      for (const json& one : at) open.push_back(&one);
  }
  return false;
}

std::vector<std::string> functions_below(const json& expression) {
  std::vector<std::string> names;
  any_below(expression, [&names](const json& at) {
    const json& call = member(at, "FuncCall");
    if (call.is_object()) names.push_back(name_from(list(call, "funcname")).name);
    return false;
  });
  return names;
}

std::string type_of(const json& type) {
  Name name = name_from(list(type, "names"));
  std::string written =
      name.schema.empty() || name.schema == "pg_catalog" ? name.name : display(name);
  const json& sizes = list(type, "typmods");
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const json& constant = member(member(sizes[i], "A_Const"), "ival");
    written +=
        (i == 0 ? "(" : ",") + std::to_string(constant.is_object() ? constant.value("ival", 0) : 0);
  }
  if (!sizes.empty()) written += ')';
  if (type.contains("arrayBounds")) written += "[]";
  return written;
}

bool is_null_constant(const json& expression) {
  return flag(member(expression, "A_Const"), "isnull");
}

void read_constraint(const json& constraint, Column& column) {
  const std::string type = text(constraint, "contype");
  if (type == "CONSTR_NOTNULL") column.is_not_null = true;
  if (type == "CONSTR_DEFAULT" && !is_null_constant(member(constraint, "raw_expr"))) {
    column.has_default = true;
    column.default_functions = functions_below(member(constraint, "raw_expr"));
  }
  if (type == "CONSTR_IDENTITY") column.is_identity = true;
  if (type == "CONSTR_GENERATED") column.is_stored = true;
  if (type == "CONSTR_CHECK") column.has_check = true;
  if (type == "CONSTR_PRIMARY") column.is_primary = true;
  if (type == "CONSTR_UNIQUE") column.is_unique = true;
  if (type == "CONSTR_FOREIGN") column.references = range_name(member(constraint, "pktable"));
}

// `column`, `column::type` and nothing are no expression.
bool is_expression(const json& used) {
  return !used.is_null() && !used.contains("ColumnRef") &&
         !member(member(used, "TypeCast"), "arg").contains("ColumnRef");
}

struct Subtype {
  std::string_view name;
  ActionKind kind;
};

constexpr std::array<Subtype, 28> subtypes = {{
    {"AT_AddColumn", ActionKind::add_column},
    {"AT_DropColumn", ActionKind::drop_column},
    {"AT_AlterColumnType", ActionKind::alter_type},
    {"AT_SetNotNull", ActionKind::set_not_null},
    {"AT_ValidateConstraint", ActionKind::validate_constraint},
    {"AT_DropConstraint", ActionKind::drop_constraint},
    {"AT_AttachPartition", ActionKind::attach_partition},
    {"AT_DetachPartition", ActionKind::detach_partition},
    {"AT_SetLogged", ActionKind::set_logged},
    {"AT_SetUnLogged", ActionKind::set_logged},
    {"AT_SetTableSpace", ActionKind::set_logged},
    {"AT_SetAccessMethod", ActionKind::set_logged},
    {"AT_SetStatistics", ActionKind::light},
    {"AT_SetOptions", ActionKind::light},
    {"AT_ResetOptions", ActionKind::light},
    {"AT_SetRelOptions", ActionKind::light},
    {"AT_ResetRelOptions", ActionKind::light},
    {"AT_ClusterOn", ActionKind::light},
    {"AT_DropCluster", ActionKind::light},
    {"AT_DetachPartitionFinalize", ActionKind::light},
    {"AT_EnableTrig", ActionKind::trigger},
    {"AT_EnableAlwaysTrig", ActionKind::trigger},
    {"AT_EnableReplicaTrig", ActionKind::trigger},
    {"AT_EnableTrigAll", ActionKind::trigger},
    {"AT_EnableTrigUser", ActionKind::trigger},
    {"AT_DisableTrig", ActionKind::trigger},
    {"AT_DisableTrigAll", ActionKind::trigger},
    {"AT_DisableTrigUser", ActionKind::trigger},
}};

}  // namespace

const json& member(const json& of, const char* key) {
  static const json nothing;
  if (!of.is_object()) return nothing;
  const auto found = of.find(key);
  return found == of.end() ? nothing : *found;
}

const json& list(const json& of, const char* key) {
  static const json empty = json::array();
  const json& found = member(of, key);
  return found.is_array() ? found : empty;
}

bool flag(const json& of, const char* key) {
  const json& found = member(of, key);
  return found.is_boolean() && found.get<bool>();
}

std::string text(const json& of, const char* key) {
  const json& found = member(of, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

bool has_option(const json& options, std::string_view name) {
  return std::any_of(options.begin(), options.end(), [name](const json& option) {
    return text(member(option, "DefElem"), "defname") == name;
  });
}

bool holds(const json& below, const char* key) {
  return any_below(below, [key](const json& at) { return at.is_object() && at.contains(key); });
}

bool has_value(const json& below, std::string_view wanted) {
  return any_below(below, [wanted](const json& at) {
    return at.is_string() && at.get_ref<const std::string&>() == wanted;
  });
}

Name range_name(const json& range) { return {text(range, "schemaname"), text(range, "relname")}; }

Name name_from(const json& strings) {
  Name name;
  for (const json& one : strings) {
    name.schema = std::move(name.name);
    name.name = text(member(one, "String"), "sval");
  }
  return name;
}

Column column_of(const json& definition) {
  Column column;
  column.name = text(definition, "colname");
  column.type = type_of(member(definition, "typeName"));
  column.is_identity = column.type.find("serial") != std::string::npos;
  for (const json& constraint : list(definition, "constraints"))
    read_constraint(member(constraint, "Constraint"), column);
  return column;
}

Action constraint_of(const json& constraint) {
  struct Type {
    std::string_view type;
    ActionKind kind;
  };
  static constexpr std::array<Type, 5> types = {{{"CONSTR_FOREIGN", ActionKind::add_foreign_key},
                                                 {"CONSTR_CHECK", ActionKind::add_check},
                                                 {"CONSTR_UNIQUE", ActionKind::add_unique},
                                                 {"CONSTR_PRIMARY", ActionKind::add_primary_key},
                                                 {"CONSTR_EXCLUSION", ActionKind::add_exclude}}};
  Action action;
  for (const Type& known : types)
    if (text(constraint, "contype") == known.type) action.kind = known.kind;
  action.name = text(constraint, "conname");
  action.references = range_name(member(constraint, "pktable"));
  action.is_not_valid = flag(constraint, "skip_validation");
  action.uses_index = !text(constraint, "indexname").empty();
  const json& test = member(member(constraint, "raw_expr"), "NullTest");
  if (text(test, "nulltesttype") == "IS_NOT_NULL")
    action.not_null_column =
        name_from(list(member(member(test, "arg"), "ColumnRef"), "fields")).name;
  return action;
}

Action action_of(const json& command) {
  const std::string subtype = text(command, "subtype");
  const json& definition = member(command, "def");
  if (subtype == "AT_AddConstraint") return constraint_of(member(definition, "Constraint"));
  Action action;
  // the grammar knows it, and none of the others takes less than ACCESS EXCLUSIVE
  action.kind = ActionKind::other;
  for (const Subtype& known : subtypes)
    if (known.name == subtype) action.kind = known.kind;
  action.name = text(command, "name");
  const json& partition = member(definition, "PartitionCmd");
  action.references = range_name(member(partition, "name"));
  action.is_concurrent = flag(partition, "concurrent");
  const json& column = member(definition, "ColumnDef");
  if (!column.is_object()) return action;
  action.column = column_of(column);
  action.uses_expression = is_expression(member(column, "raw_default"));
  if (action.name.empty()) action.name = action.column.name;
  return action;
}

}  // namespace garboard::policy::tree
