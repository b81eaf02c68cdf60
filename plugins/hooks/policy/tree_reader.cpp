// SPDX-License-Identifier: Apache-2.0
#include "tree_reader.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "tree_columns.hpp"

namespace garboard::policy {
namespace {

using nlohmann::json;
using tree::flag;
using tree::list;
using tree::member;
using tree::text;

void add_tables(const json& ranges, std::vector<Name>& tables) {
  for (const json& range : ranges) tables.push_back(tree::range_name(member(range, "RangeVar")));
}

void add_relation(const json& of, Facts& facts) {
  if (of.contains("relation")) facts.tables.push_back(tree::range_name(of["relation"]));
}

void add_reference(const Name& table, Facts& facts) {
  if (!table.name.empty()) facts.references.push_back(table);
}

void read_index(const json& of, Facts& facts) {
  facts.kind = Kind::create_index;
  facts.name = text(of, "idxname");
  add_relation(of, facts);
  facts.is_concurrent = flag(of, "concurrent");
  facts.if_not_exists = flag(of, "if_not_exists");
  facts.is_only = !flag(member(of, "relation"), "inh");
}

void read_create(const json& of, Facts& facts) {
  facts.kind = Kind::create_table;
  add_relation(of, facts);
  facts.if_not_exists = flag(of, "if_not_exists");
  facts.is_temporary = text(member(of, "relation"), "relpersistence") == "t";
  facts.is_partitioned = of.contains("partspec");
  facts.is_partition = of.contains("partbound");
  add_tables(list(of, "inhRelations"), facts.parents);
  for (const json& element : list(of, "tableElts")) {
    if (element.contains("ColumnDef")) {
      facts.columns.push_back(tree::column_of(element["ColumnDef"]));
      add_reference(facts.columns.back().references, facts);
    } else {
      add_reference(tree::constraint_of(member(element, "Constraint")).references, facts);
    }
  }
}

void read_create_as(const json& of, Facts& facts) {
  facts.kind = text(of, "objtype") == "OBJECT_MATVIEW" ? Kind::create_view : Kind::create_table;
  facts.if_not_exists = flag(of, "if_not_exists");
  facts.tables.push_back(tree::range_name(member(member(of, "into"), "rel")));
}

void read_alter(const json& of, Facts& facts) {
  const std::string type = text(of, "objtype");
  facts.kind = type == "OBJECT_TABLE" || type == "OBJECT_FOREIGN_TABLE" || type.empty()
                   ? Kind::alter_table
                   : Kind::alter_other;
  add_relation(of, facts);
  facts.if_exists = flag(of, "missing_ok");
  facts.is_only = !flag(member(of, "relation"), "inh");
  for (const json& command : list(of, "cmds")) {
    const json& one = member(command, "AlterTableCmd");
    Action action = tree::action_of(one);
    // the default: it is only of interest where something is dropped
    if (action.kind == ActionKind::drop_column && text(one, "behavior") == "DROP_CASCADE")
      facts.is_cascade = true;
    facts.actions.push_back(std::move(action));
  }
}

void read_rename(const json& of, Facts& facts) {
  const std::string type = text(of, "renameType");
  const bool is_of_table = text(of, "relationType") == "OBJECT_TABLE";
  facts.kind = Kind::alter_other;
  if (type != "OBJECT_TABLE" && !(type == "OBJECT_COLUMN" && is_of_table)) return;
  facts.kind = Kind::alter_table;
  add_relation(of, facts);
  Action& action = facts.actions.emplace_back();
  action.kind = type == "OBJECT_TABLE" ? ActionKind::rename_table : ActionKind::rename_column;
  action.name = text(of, "subname");
  action.new_name = text(of, "newname");
}

void read_domain(const json& of, Facts& facts) {
  facts.kind = Kind::alter_domain;
  facts.tables.push_back(tree::name_from(list(of, "typeName")));
  if (text(of, "subtype") == "C")
    facts.actions.push_back(tree::constraint_of(member(member(of, "def"), "Constraint")));
}

void read_drop(const json& of, Facts& facts) {
  struct Type {
    std::string_view type;
    Kind kind;
  };
  static constexpr std::array<Type, 6> types = {{{"OBJECT_TABLE", Kind::drop_table},
                                                 {"OBJECT_FOREIGN_TABLE", Kind::drop_table},
                                                 {"OBJECT_INDEX", Kind::drop_index},
                                                 {"OBJECT_VIEW", Kind::drop_view},
                                                 {"OBJECT_MATVIEW", Kind::drop_view},
                                                 {"OBJECT_SCHEMA", Kind::drop_schema}}};
  facts.kind = Kind::drop_other;
  for (const Type& known : types)
    if (text(of, "removeType") == known.type) facts.kind = known.kind;
  facts.is_cascade = text(of, "behavior") == "DROP_CASCADE";
  facts.is_concurrent = flag(of, "concurrent");
  facts.if_exists = flag(of, "missing_ok");
  for (const json& object : list(of, "objects")) {
    const bool is_list = object.contains("List");
    const Name name = is_list ? tree::name_from(list(object["List"], "items"))
                              : Name{{}, text(member(object, "String"), "sval")};
    if (facts.kind == Kind::drop_table)
      facts.tables.push_back(name);
    else
      facts.name = name.name;
  }
}

void read_drop_database(const json& of, Facts& facts) {
  facts.kind = Kind::drop_database;
  facts.name = text(of, "dbname");
}

void read_truncate(const json& of, Facts& facts) {
  facts.kind = Kind::truncate;
  facts.is_cascade = text(of, "behavior") == "DROP_CASCADE";
  add_tables(list(of, "relations"), facts.tables);
}

void read_change(Kind kind, const json& of, Facts& facts) {
  facts.kind = kind;
  add_relation(of, facts);
  const json& condition = member(of, "whereClause");
  facts.has_where = tree::holds(condition, "ColumnRef") || tree::holds(condition, "CurrentOfExpr");
  facts.has_limit =
      tree::holds(condition, "limitCount") || tree::has_value(condition, "AEXPR_BETWEEN");
}

void read_update(const json& of, Facts& facts) { read_change(Kind::update, of, facts); }
void read_delete(const json& of, Facts& facts) { read_change(Kind::delete_, of, facts); }

void read_select(const json& of, Facts& facts) {
  facts.kind = Kind::select;
  if (!of.contains("intoClause")) return;
  facts.kind = Kind::create_table;
  facts.tables.push_back(tree::range_name(member(of["intoClause"], "rel")));
}

void read_set(const json& of, Facts& facts) {
  facts.kind = Kind::set;
  facts.name = text(of, "name");
  facts.value = text(of, "kind") == "VAR_SET_VALUE" ? "" : "default";
  for (const json& argument : list(of, "args")) {
    const json& constant = member(argument, "A_Const");
    if (constant.contains("ival")) facts.value = std::to_string(constant["ival"].value("ival", 0));
  }
}

void read_transaction(const json& of, Facts& facts) {
  const std::string kind = text(of, "kind");
  facts.kind = kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START" ? Kind::begin
               : kind == "TRANS_STMT_COMMIT"                            ? Kind::commit
               : kind == "TRANS_STMT_ROLLBACK"                          ? Kind::rollback
                                                                        : Kind::utility;
}

void read_reindex(const json& of, Facts& facts) {
  facts.kind = Kind::reindex;
  add_relation(of, facts);
  facts.is_concurrent = tree::has_option(list(of, "params"), "concurrently");
}

void read_refresh(const json& of, Facts& facts) {
  facts.kind = Kind::refresh_view;
  add_relation(of, facts);
  facts.is_concurrent = flag(of, "concurrent");
}

void read_vacuum(const json& of, Facts& facts) {
  facts.kind = flag(of, "is_vacuumcmd") ? Kind::vacuum : Kind::utility;
  facts.is_full = tree::has_option(list(of, "options"), "full");
  for (const json& table : list(of, "rels")) add_relation(member(table, "VacuumRelation"), facts);
}

void read_view(const json& of, Facts& facts) {
  facts.kind = Kind::create_view;
  facts.tables.push_back(tree::range_name(member(of, "view")));
}

void read_lock(const json& of, Facts& facts) {
  facts.kind = Kind::lock_table;
  add_tables(list(of, "relations"), facts.tables);
}

void read_explain(const json& of, Facts& facts) {
  facts.kind = tree::has_option(list(of, "options"), "analyze") ? Kind::run_code : Kind::utility;
}

template <Kind Known>
void read_as(const json& of, Facts& facts) {
  facts.kind = Known;
  add_relation(of, facts);
}

struct Reader {
  std::string_view node;
  void (*read)(const json&, Facts&);
};

constexpr std::array<Reader, 33> readers = {{
    {"IndexStmt", read_index},
    {"CreateStmt", read_create},
    {"CreateForeignTableStmt", read_as<Kind::create_other>},
    {"CreateTableAsStmt", read_create_as},
    {"AlterTableStmt", read_alter},
    {"RenameStmt", read_rename},
    {"AlterDomainStmt", read_domain},
    {"DropStmt", read_drop},
    {"DropdbStmt", read_drop_database},
    {"DropOwnedStmt", read_as<Kind::drop_schema>},
    {"TruncateStmt", read_truncate},
    {"UpdateStmt", read_update},
    {"DeleteStmt", read_delete},
    {"InsertStmt", read_as<Kind::insert>},
    {"MergeStmt", read_as<Kind::merge>},
    {"SelectStmt", read_select},
    {"CopyStmt", read_as<Kind::copy>},
    {"VariableSetStmt", read_set},
    {"TransactionStmt", read_transaction},
    {"ReindexStmt", read_reindex},
    {"RefreshMatViewStmt", read_refresh},
    {"VacuumStmt", read_vacuum},
    {"ClusterStmt", read_as<Kind::cluster>},
    {"ViewStmt", read_view},
    {"CreateTrigStmt", read_as<Kind::create_trigger>},
    {"RuleStmt", read_as<Kind::create_other>},
    {"CreatePolicyStmt", read_as<Kind::create_other>},
    {"LockStmt", read_lock},
    {"ExplainStmt", read_explain},
    {"DoStmt", read_as<Kind::run_code>},
    {"CallStmt", read_as<Kind::run_code>},
    {"ExecuteStmt", read_as<Kind::run_code>},
    {"PrepareStmt", read_as<Kind::run_code>},
}};

Kind kind_by_name(std::string_view node) noexcept {
  if (node.starts_with("Create") || node == "DefineStmt" || node == "CompositeTypeStmt")
    return Kind::create_other;
  return node.starts_with("Alter") ? Kind::alter_other : Kind::utility;
}

// Data-modifying WITH: what it does to its rows is worse than what is around it.
void read_with(const json& of, Facts& facts) {
  for (const json& entry : list(member(of, "withClause"), "ctes")) {
    const json& query = member(member(entry, "CommonTableExpr"), "ctequery");
    if (query.contains("DeleteStmt") && facts.kind != Kind::delete_)
      facts = {}, read_delete(query["DeleteStmt"], facts);
    else if (query.contains("UpdateStmt") && facts.kind != Kind::update)
      facts = {}, read_update(query["UpdateStmt"], facts);
  }
}

}  // namespace

Facts read_tree(const json& tree) {
  Facts facts;
  const json& statements = list(tree, "stmts");
  if (statements.size() != 1) {
    facts.unread = statements.empty() ? "it is empty" : "it is more than one statement";
    return facts;
  }
  const json& statement = member(statements.at(0), "stmt");
  if (!statement.is_object() || statement.empty()) return facts;
  const std::string& name = statement.begin().key();
  const json& content = statement.begin().value();
  facts.kind = kind_by_name(name);
  for (const Reader& reader : readers)
    if (reader.node == name) reader.read(content, facts);
  read_with(content, facts);
  for (const Action& action : facts.actions)
    if (action.kind == ActionKind::unknown) facts.unread = "it holds a clause that is not known";
  return facts;
}

}  // namespace garboard::policy
