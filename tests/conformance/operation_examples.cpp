// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "render_call.hpp"

namespace garboard::conformance {
namespace {

using nlohmann::json;

json column(const char* name, const char* type, bool is_nullable) {
  return {
      {"name", name}, {"type", {{"name", type}}}, {"nullable", is_nullable}, {"identity", false}};
}

json varchar(const char* name, int length) {
  json made = column(name, "varchar", false);
  made["type"]["length"] = length;
  return made;
}

json identity(const char* name) {
  json made = column(name, "bigint", false);
  made["identity"] = true;
  return made;
}

json table(const std::string& name, json columns) {
  return {{"op", "createTable"},           {"name", name},
          {"columns", std::move(columns)}, {"primaryKey", {"id"}},
          {"uniques", json::array()},      {"foreignKeys", json::array()},
          {"checks", json::array()}};
}

json table_of_types(const std::string& name) {
  json columns = json::array({column("id", "bigint", false)});
  for (const char* const type :
       {"bigint", "integer", "smallint", "boolean", "real", "double", "text", "bytes", "date",
        "time", "timestamp", "timestamptz", "uuid", "json"})
    columns.push_back(column((std::string("a_") + type).c_str(), type, true));
  json decimal = column("a_decimal", "decimal", true);
  decimal["type"].update({{"precision", 10}, {"scale", 2}});
  columns.push_back(std::move(decimal));
  return table(name, std::move(columns));
}

json foreign_key(const std::string& name, const std::string& to) {
  return {{"name", name},
          {"columns", {"customer"}},
          {"referenced", {{"table", to}, {"columns", {"id"}}}},
          {"onDelete", "cascade"}};
}

json customers_table(const std::string& name) {
  json note = column("note", "text", true);
  note["default"] = {{"value", nullptr}};
  json amount = column("amount", "integer", false);
  amount["default"] = {{"value", 0}};
  json made = table(name, {identity("id"), varchar("name", 50), amount, note});
  made["uniques"] = json::array({{{"name", name + "_u"}, {"columns", {"name"}}}});
  made["checks"] = json::array({{{"name", name + "_c"}, {"expression", "amount >= 0"}}});
  return made;
}

json orders_table(const std::string& name, const std::string& customers) {
  json made = table(name, {column("id", "bigint", false), column("customer", "bigint", true),
                           column("amount", "integer", false)});
  made["foreignKeys"] = json::array({foreign_key(name + "_f", customers)});
  return made;
}

/// An operation on a table, with what is more.
json on(const char* op, const std::string& name, const json& more) {
  json made{{"op", op}, {"table", name}};
  made.update(more);
  return made;
}

json row_of(const char* name) { return {{{"value", name}}, {{"value", 5}}, {{"value", nullptr}}}; }

json index(const std::string& name, const char* of) {
  return {{"name", name},
          {"columns", json::array({{{"name", of}, {"descending", true}}})},
          {"unique", false},
          {"concurrently", false}};
}

json with(json object, const char* key, json value) {
  object[key] = std::move(value);
  return object;
}

void add_rows(std::vector<OperationExample>& all, const std::string& customers) {
  const json columns{"name", "amount", "note"};
  const json is_ada =
      json::array({json::array({{{"name", "name"}, {"value", {{"value", "ada"}}}}})});
  all.push_back({"insert", on("insert", customers,
                              {{"columns", columns}, {"rows", {row_of("ada"), row_of("bob")}}})});
  all.push_back(
      {"update", on("update", customers,
                    {{"set", json::array({{{"name", "amount"}, {"value", {{"value", 7}}}}})},
                     {"where", {{"rows", is_ada}}}})});
  all.push_back({"delete", on("delete", customers, {{"where", {{"sql", "amount = 5"}}}})});
}

void add_alterations(std::vector<OperationExample>& all, const std::string& customers) {
  json more = varchar("city", 20);
  more["default"] = {{"value", "it's"}};
  all.push_back({"addColumn", on("addColumn", customers, {{"column", more}})});
  const auto alter = [&](const char* label, json change) {
    change["name"] = "city";
    all.push_back({label, on("alterColumn", customers, change)});
  };
  alter("alterColumn.type", {{"type", {{"name", "varchar"}, {"length", 40}}}});
  alter("alterColumn.nullable", {{"nullable", true}});
  alter("alterColumn.default", {{"default", nullptr}});
  alter("alterColumn.using", {{"type", {{"name", "text"}}}, {"using", "lower(city)"}});
  all.push_back(
      {"renameColumn", on("renameColumn", customers, {{"name", "city"}, {"to", "town"}})});
  all.push_back({"comment", on("comment", customers, {{"text", "who buys; it's \"us\""}})});
  all.push_back(
      {"comment.column", on("comment", customers, {{"column", "town"}, {"text", nullptr}})});
  all.push_back({"dropColumn", on("dropColumn", customers, {{"name", "town"}})});
}

void add_constraints(std::vector<OperationExample>& all, const std::string& orders,
                     const std::string& customers) {
  const std::string prefix = orders + "_x";
  const auto drop = [&](const char* label, const char* kind, const std::string& name) {
    all.push_back({label, on("dropConstraint", orders, {{"name", name}, {"kind", kind}})});
  };
  all.push_back({"addIndex", on("addIndex", orders, index(prefix + "i", "amount"))});
  all.push_back(
      {"dropIndex", on("dropIndex", orders, {{"name", prefix + "i"}, {"concurrently", false}})});
  all.push_back({"addIndex.where", on("addIndex", orders,
                                      with(index(prefix + "w", "amount"), "where", "amount > 1"))});
  all.push_back({"addUnique", on("addUnique", orders,
                                 {{"name", prefix + "u"}, {"columns", {"amount", "customer"}}})});
  drop("dropConstraint.unique", "unique", prefix + "u");
  all.push_back({"addCheck",
                 on("addCheck", orders, {{"name", prefix + "c"}, {"expression", "amount <> 13"}})});
  drop("dropConstraint.check", "check", prefix + "c");
  all.push_back(
      {"addForeignKey", on("addForeignKey", orders, foreign_key(prefix + "f", customers))});
  drop("dropConstraint.foreignKey", "foreignKey", prefix + "f");
}

}  // namespace

json plain_table(const std::string& name, const std::string& text_column) {
  return table(name, {column("id", "bigint", false), column("amount", "integer", true),
                      column(text_column.c_str(), "text", true)});
}

std::vector<OperationExample> operation_examples(const std::string& prefix) {
  const std::string customers = prefix + "_customers";
  const std::string orders = prefix + "_orders";
  const std::string view = prefix + "_view";
  std::vector<OperationExample> all{{"createTable", customers_table(customers)},
                                    {"createTable.types", table_of_types(prefix + "_types")},
                                    {"createTable.foreignKey", orders_table(orders, customers)}};
  add_rows(all, customers);
  add_alterations(all, customers);
  add_constraints(all, orders, customers);
  const json create{{"op", "createView"},
                    {"name", view},
                    {"query", "SELECT id, amount FROM " + orders},
                    {"replace", false}};
  all.push_back({"createView", create});
  all.push_back({"createView.replace", with(create, "replace", true)});
  all.push_back({"dropView", {{"op", "dropView"}, {"name", view}}});
  all.push_back(
      {"renameTable", {{"op", "renameTable"}, {"name", orders}, {"to", orders + "_old"}}});
  all.push_back({"dropTable", {{"op", "dropTable"}, {"name", orders + "_old"}}});
  return all;
}

}  // namespace garboard::conformance
