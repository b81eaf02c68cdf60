// SPDX-License-Identifier: Apache-2.0
#include "loading/seed_decoder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "loading/fields.hpp"
#include "loading/seed_table_decoder.hpp"
#include "loading/slug.hpp"

namespace garboard::loading {

namespace {

using model::Seed;
using model::SeedMode;
using model::SeedTable;
using std::string;
using std::string_view;

constexpr std::size_t max_id = 200;  // as wide as the tracking table's columns
constexpr std::size_t max_name = 400;
constexpr std::size_t max_word = 100;
constexpr std::array<string_view, 8> seed_keys{"version",      "id",   "name",   "database",
                                               "environments", "mode", "tables", "$schema"};

/// What the seed's checksum is made of: what it says of rows, however the file is written.
string declaration_of(const std::vector<SeedTable>& tables) {
  nlohmann::json all = nlohmann::json::array();
  for (const SeedTable& table : tables) {
    nlohmann::json json{{"schema", table.schema},
                        {"table", table.name},
                        {"key", table.key},
                        {"delete", table.deletes},
                        {"where", table.delete_where}};
    for (const model::SeedRow& row : table.rows) {
      nlohmann::json values = nlohmann::json::object();
      for (const auto& [column, value] : row.values) {
        if (value.reference)
          values[column] = {value.reference->alias, value.reference->column};
        else
          values[column] = value.text ? nlohmann::json(*value.text) : nlohmann::json();
      }
      json["rows"].push_back({row.alias, std::move(values)});
    }
    if (table.csv)
      json["csv"] = {string(1, table.csv->delimiter), table.csv->null_text, table.csv->columns};
    all.push_back(std::move(json));
  }
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class SeedDecoder {
 public:
  SeedDecoder(const Document& document, ports::Files& files, const std::filesystem::path& folder,
              Problems& problems)
      : document_(document), problems_(problems), tables_(document, files, folder, problems) {}

  Seed decode() {
    const Fields fields(document_, Document::root, "a seed", seed_keys, problems_);
    if (!fields.is_mapping()) return {};
    seed_.where = document_.position(0);
    if (fields.has("$schema"))  // for editors
      (void)read_string(document_, fields.value("$schema"), "$schema", problems_);
    fields.require("version", "1");
    if (fields.has("version"))
      check_version(document_, fields.value("version"), "a seed", problems_);
    read_identity(fields);
    if (fields.has("database"))
      seed_.databases = words(fields.value("database"), "database", "a driver's name");
    if (fields.has("environments"))
      seed_.environments = words(fields.value("environments"), "environments", "a name");
    if (fields.has("mode")) read_mode(fields.value("mode"));
    fields.require("tables", "a list of at least one table");
    if (fields.has("tables")) read_tables(fields.value("tables"));
    tables_.check_references();
    seed_.declaration = declaration_of(seed_.tables);
    return std::move(seed_);
  }

 private:
  const TreeNode& at(NodeId id) const { return document_.at(id); }
  void refuse(NodeId id, string message, string hint = {}) {
    problems_.add(document_, at(id).offset, std::move(message), std::move(hint));
  }
  void read_identity(const Fields& fields) {
    const NodeId id = fields.value("id");
    const NodeId name = fields.value("name");
    if (id == no_node && name == no_node) {
      problems_.add(document_, fields.offset(), "the seed has neither 'name' nor 'id'",
                    "give it a name; the id is made of it");
      return;
    }
    if (name != no_node)
      seed_.name = read_line(document_, name, "name", max_name, problems_).value_or("");
    if (id != no_node) {
      seed_.id = read_line(document_, id, "id", max_id, problems_).value_or("");
      if (name == no_node) seed_.name = seed_.id;
      return;
    }
    seed_.id = slug_of(seed_.name);
    if (!seed_.name.empty() && (seed_.id.empty() || seed_.id.size() > max_id))
      refuse(name, "no id can be made of the name '" + excerpt(seed_.name) + "'", "add an 'id'");
  }

  std::vector<string> words(NodeId id, string_view key, string_view expected) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_allowed = [&](char c) {
      return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    std::vector<string> found;
    for (const NodeId item : string_or_list(document_, id, key, problems_)) {
      const string_view word = at(item).text;
      if (word.empty() || word.size() > max_word || !is_lower(word.front()) ||
          !std::ranges::all_of(word, is_allowed))
        refuse_type(document_, item, key, expected, problems_,
                    "lower-case letters, digits, '-' and '_'");
      else if (std::ranges::find(found, word) != found.end())
        refuse(item, "'" + string(key) + "' names '" + string(word) + "' twice");
      else
        found.emplace_back(word);
    }
    return found;
  }

  void read_mode(NodeId id) {
    const auto text = read_string(document_, id, "mode", problems_);
    if (text == "reconcile")
      seed_.mode = SeedMode::reconcile;
    else if (text && text != "once")
      refuse_type(document_, id, "mode", "once or reconcile", problems_);
  }

  void read_tables(NodeId id) {
    const TreeNode& list = at(id);
    if (list.kind != NodeKind::sequence || list.end == id + 1)
      return refuse_type(document_, id, "tables", "a list of at least one table", problems_);
    for (NodeId item = id + 1; item < list.end; item = at(item).end) {
      SeedTable table = tables_.decode(item, seed_.mode);
      const auto same = [&](const SeedTable& other) {
        return other.name == table.name && other.schema == table.schema;
      };
      if (!table.name.empty() && std::ranges::any_of(seed_.tables, same))
        refuse(item, "the table '" + excerpt(table.shown()) + "' stands here for the second time",
               "put all its rows into one entry");
      seed_.tables.push_back(std::move(table));
    }
  }

  const Document& document_;
  Problems& problems_;
  SeedTableDecoder tables_;
  Seed seed_;
};

}  // namespace

Seed decode_seed(const Document& document, ports::Files& files, const std::filesystem::path& folder,
                 Problems& problems) {
  return SeedDecoder(document, files, folder, problems).decode();
}

}  // namespace garboard::loading
