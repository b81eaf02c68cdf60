// SPDX-License-Identifier: Apache-2.0
#include "loading/plan_decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "loading/checksum.hpp"
#include "loading/fields.hpp"
#include "loading/slug.hpp"

namespace garboard::loading {

namespace {

using base::Error;
using model::Change;
using model::TransactionMode;
using std::string;
using std::string_view;

constexpr std::size_t max_id = 200;  // as wide as the tracking table's columns
constexpr std::size_t max_name = 400;
constexpr std::size_t max_word = 100;
constexpr std::array<string_view, 5> plan_keys{"version", "database", "defaults", "migrations",
                                               "$schema"};
constexpr std::array<string_view, 2> default_keys{"transaction", "lock_timeout"};
constexpr std::array<string_view, 10> migration_keys{
    "id",          "name",         "tags",        "metadata", "database",
    "transaction", "lock_timeout", "allow_empty", "up",       "down"};
constexpr std::array<string_view, 2> step_keys{"sql", "file"};

struct Defaults {
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout = {};
};

/// Other names people know the drivers by.
constexpr std::array<std::pair<string_view, string_view>, 5> other_names{
    {{"postgresql", "postgres"},
     {"pg", "postgres"},
     {"mariadb", "mysql"},
     {"sqlite3", "sqlite"},
     {"pgsql", "postgres"}}};

class PlanDecoder {
 public:
  PlanDecoder(const Document& document, ScriptLoader& scripts, Problems& problems)
      : document_(document), scripts_(scripts), problems_(problems) {}

  DecodedPlan decode() {
    const Fields fields(document_, Document::root, "a plan", plan_keys, problems_);
    if (!fields.is_mapping()) return {};
    if (fields.has("$schema"))  // for editors
      (void)read_string(document_, fields.value("$schema"), "$schema", problems_);
    require(fields, "version", "1");
    if (fields.has("version")) check_version(fields.value("version"));
    if (fields.has("database")) plan_.databases = databases(fields.value("database"));
    if (fields.has("defaults")) defaults_ = read_defaults(fields.value("defaults"));
    require(fields, "migrations", "a list of at least one migration");
    if (fields.has("migrations")) read_migrations(fields.value("migrations"));
    return std::move(plan_);
  }

 private:
  const TreeNode& at(NodeId id) const { return document_.at(id); }
  void refuse(NodeId id, string message, string hint = {}) {
    problems_.add(document_, at(id).offset, std::move(message), std::move(hint));
  }
  void require(const Fields& fields, string_view key, string_view expected) {
    if (fields.lacks(key))
      problems_.add(document_, fields.offset(),
                    "'" + string(key) + "' is missing, expected " + string(expected));
  }

  void check_version(NodeId id) {
    const TreeNode& node = at(id);
    if (node.kind == NodeKind::scalar && node.style == ScalarStyle::plain && node.text == "1")
      return;
    refuse_type(document_, id, "version", "the number 1", problems_,
                "a plan of a later version needs a later garboard");
  }

  TransactionMode transaction(NodeId id) {
    const auto text = read_string(document_, id, "transaction", problems_);
    if (!text || *text == "auto") return TransactionMode::automatic;
    if (*text == "always") return TransactionMode::always;
    if (*text == "never") return TransactionMode::never;
    refuse_type(document_, id, "transaction", "auto, always or never", problems_);
    return TransactionMode::automatic;
  }

  Defaults read_defaults(NodeId id) {
    Defaults defaults;
    const Fields fields(document_, id, "'defaults'", default_keys, problems_);
    if (fields.has("transaction")) defaults.transaction = transaction(fields.value("transaction"));
    if (fields.has("lock_timeout"))
      defaults.lock_timeout =
          read_duration(document_, fields.value("lock_timeout"), "lock_timeout", problems_);
    return defaults;
  }

  std::vector<string> databases(NodeId id) {
    std::vector<string> names;
    for (const NodeId item : string_or_list(document_, id, "database", problems_)) {
      const string_view name = at(item).text;
      const auto* const other =
          std::ranges::find(other_names, name, &decltype(other_names)::value_type::first);
      if (other != other_names.end()) {
        refuse(item,
               "'database' is '" + string(name) + "', expected '" + string(other->second) + "'",
               name == "mariadb" ? "'mysql' means MySQL and MariaDB" : "");
      } else if (!is_database_name(name)) {
        refuse_type(document_, item, "database", "a driver's name such as postgres, mysql, sqlite",
                    problems_, "lower-case letters, digits, '-' and '_'");
      } else if (std::ranges::find(names, name) != names.end()) {
        refuse(item, "'database' names '" + string(name) + "' twice");
      } else {
        names.emplace_back(name);
      }
    }
    return names;
  }

  static bool is_database_name(string_view name) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_allowed = [&](char c) {
      return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= max_word && is_lower(name.front()) &&
           std::ranges::all_of(name, is_allowed);
  }

  [[nodiscard]] std::size_t children_of(NodeId id) const {
    std::size_t count = 0;
    for (NodeId item = id + 1; item < at(id).end; item = at(item).end) ++count;
    return count;
  }

  void read_migrations(NodeId id) {
    const TreeNode& list = at(id);
    if (list.kind != NodeKind::sequence || list.end == id + 1)
      return refuse_type(document_, id, "migrations", "a list of at least one migration",
                         problems_);
    const std::size_t count = children_of(id);
    plan_.changes.reserve(count);
    plan_.id_offsets.reserve(count);
    for (NodeId item = id + 1; item < list.end; item = at(item).end) read_migration(item);
  }

  void read_migration(NodeId id) {
    const Fields fields(document_, id, "a migration", migration_keys, problems_);
    if (!fields.is_mapping()) return;
    Change change;
    change.where = document_.position(at(id).offset);
    const std::size_t id_offset = read_identity(fields, change);
    if (fields.has("tags")) change.tags = tags(fields.value("tags"));
    if (fields.has("metadata")) change.metadata_json = metadata(fields.value("metadata"));
    if (fields.has("database")) change.databases = own_databases(fields.value("database"));
    change.transaction = fields.has("transaction") ? transaction(fields.value("transaction"))
                                                   : defaults_.transaction;
    change.lock_timeout =
        fields.has("lock_timeout")
            ? read_duration(document_, fields.value("lock_timeout"), "lock_timeout", problems_)
            : defaults_.lock_timeout;
    if (fields.has("allow_empty"))
      change.allows_empty =
          read_bool(document_, fields.value("allow_empty"), "allow_empty", problems_)
              .value_or(false);
    require(fields, "up", "a list of at least one step");
    Checksum checksum;
    if (fields.has("up"))
      change.up = steps(fields.value("up"), "up", change.allows_empty, &checksum);
    if (fields.has("down"))
      change.down = steps(fields.value("down"), "down", change.allows_empty, nullptr);
    change.checksum = checksum.text();
    plan_.changes.push_back(std::move(change));
    plan_.id_offsets.push_back(id_offset);
  }

  /// Reads id and name; returns where the id comes from.
  std::size_t read_identity(const Fields& fields, Change& change) {
    const NodeId id = fields.value("id");
    const NodeId name = fields.value("name");
    if (id == no_node && name == no_node) {
      problems_.add(document_, fields.offset(), "the migration has neither 'name' nor 'id'",
                    "give it a name; the id is made of it");
      return fields.offset();
    }
    if (name != no_node)
      change.name = read_line(document_, name, "name", max_name, problems_).value_or("");
    if (id != no_node) {
      change.id = read_line(document_, id, "id", max_id, problems_).value_or("");
      if (name == no_node) change.name = change.id;
      return at(id).offset;
    }
    change.id = slug_of(change.name);
    if (change.name.empty()) return at(name).offset;
    if (change.id.empty())
      refuse(name,
             "no id can be made of the name '" + excerpt(change.name) +
                 "', expected letters or digits",
             "add an 'id'");
    else if (change.id.size() > max_id)
      refuse(name, "the id made of this name is longer than " + std::to_string(max_id) + " bytes",
             "add an 'id'");
    return at(name).offset;
  }

  std::vector<string> tags(NodeId id) {
    std::vector<string> words;
    for (const NodeId item : string_or_list(document_, id, "tags", problems_)) {
      const auto word = read_line(document_, item, "tags", max_word, problems_);
      if (!word) continue;
      if (word->find_first_of(" ,") != string_view::npos)
        refuse_type(document_, item, "tags", "words without spaces and commas", problems_,
                    "write several tags as a list");
      else if (std::ranges::find(words, *word) != words.end())
        refuse(item, "'tags' has '" + excerpt(*word) + "' twice");
      else
        words.emplace_back(*word);
    }
    return words;
  }

  string metadata(NodeId id) {
    if (at(id).kind == NodeKind::mapping) return json_of(document_, id);
    refuse_type(document_, id, "metadata", "a mapping", problems_);
    return {};
  }

  std::vector<string> own_databases(NodeId id) {
    std::vector<string> names = databases(id);
    for (const string& name : names)
      if (!plan_.databases.empty() &&
          std::ranges::find(plan_.databases, name) == plan_.databases.end())
        refuse(id, "the migration is for '" + name + "', which the plan itself is not for",
               "add it to the plan's 'database', or the migration never runs");
    return names;
  }

  std::vector<model::Step> steps(NodeId id, string_view key, bool allows_empty,
                                 Checksum* checksum) {
    std::vector<model::Step> found;
    const TreeNode& list = at(id);
    if (list.kind != NodeKind::sequence || list.end == id + 1) {
      refuse_type(document_, id, key, "a list of at least one step", problems_,
                  list.kind == NodeKind::scalar ? "write it as '- sql: ...'" : "");
      return found;
    }
    found.reserve(children_of(id));
    for (NodeId item = id + 1; item < list.end; item = at(item).end) {
      const Fields fields(document_, item, "a step", step_keys, problems_);
      if (!fields.is_mapping()) continue;
      const bool is_sql = fields.has("sql");
      if (!is_sql && fields.has_unknown()) continue;
      if (is_sql == fields.has("file")) {
        problems_.add(document_, fields.offset(),
                      is_sql ? "the step has both 'sql' and 'file', expected one of them"
                             : "the step has neither 'sql' nor 'file', expected one of them");
        continue;
      }
      const NodeId value = fields.value(is_sql ? "sql" : "file");
      if (auto step = is_sql ? sql_step(value, allows_empty, checksum)
                             : file_step(value, allows_empty, checksum))
        found.push_back(*std::move(step));
    }
    return found;
  }

  std::optional<model::Step> sql_step(NodeId id, bool allows_empty, Checksum* checksum) {
    if (!read_string(document_, id, "sql", problems_)) return std::nullopt;
    LoadedStep loaded = ScriptLoader::from_text(document_, id, checksum);
    if (loaded.is_blank && !allows_empty)
      refuse(id, "'sql' is empty, expected a statement", "'allow_empty: true' allows it");
    return std::move(loaded.step);
  }

  std::optional<model::Step> file_step(NodeId id, bool allows_empty, Checksum* checksum) {
    const auto shown = read_line(document_, id, "file", 4096, problems_);
    if (!shown) return std::nullopt;
    base::Result<LoadedStep> loaded = scripts_.from_file(*shown, checksum);
    if (!loaded) {
      Error error = std::move(loaded).error();
      if (error.where.line == 0) error.where = document_.position(at(id).offset);
      problems_.add(at(id).offset, std::move(error));
      return std::nullopt;
    }
    if (loaded->is_blank && !allows_empty)
      refuse(id, "the file '" + excerpt(*shown) + "' is empty, expected a statement",
             "is it cut off? 'allow_empty: true' allows it");
    return std::move(loaded->step);
  }

  const Document& document_;
  ScriptLoader& scripts_;
  Problems& problems_;
  DecodedPlan plan_;
  Defaults defaults_;
};

}  // namespace

DecodedPlan decode_plan(const Document& document, ScriptLoader& scripts, Problems& problems) {
  return PlanDecoder(document, scripts, problems).decode();
}

}  // namespace garboard::loading
