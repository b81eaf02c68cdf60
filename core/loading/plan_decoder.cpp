// SPDX-License-Identifier: Apache-2.0
#include "loading/plan_decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "loading/checksum.hpp"
#include "loading/database_names.hpp"
#include "loading/fields.hpp"
#include "loading/operation_decoder.hpp"
#include "loading/operation_undo.hpp"
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
constexpr std::array<string_view, 6> plan_keys{"version",      "database",   "defaults",
                                               "placeholders", "migrations", "$schema"};
constexpr std::array<string_view, 4> default_keys{"transaction", "lock_timeout",
                                                  "statement_timeout", "lock_retries"};
constexpr std::array<string_view, 15> migration_keys{
    "id",           "name",        "tags",         "metadata",
    "database",     "transaction", "lock_timeout", "statement_timeout",
    "lock_retries", "phase",       "requires",     "repeatable",
    "allow_empty",  "up",          "down"};
/// "sql", "file" and the operations.
std::span<const string_view> step_keys() {
  static const std::vector<string_view> keys = [] {
    std::vector<string_view> all{"sql", "file"};
    const auto operations = operation_names();
    all.insert(all.end(), operations.begin(), operations.end());
    return all;
  }();
  return keys;
}

/// How a migration is run, as far as it or the plan says so.
struct Manner {
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout = {};
  std::optional<std::chrono::milliseconds> statement_timeout = {};
  std::optional<std::size_t> lock_retries = {};
};

class PlanDecoder {
 public:
  PlanDecoder(const Document& document, ScriptLoader& scripts, PlanPlaceholders& placeholders,
              Problems& problems)
      : document_(document), scripts_(scripts), placeholders_(placeholders), problems_(problems) {}

  DecodedPlan decode() {
    const Fields fields(document_, Document::root, "a plan", plan_keys, problems_);
    if (!fields.is_mapping()) return {};
    if (fields.has("$schema"))  // for editors
      (void)read_string(document_, fields.value("$schema"), "$schema", problems_);
    fields.require("version", "1");
    if (fields.has("version"))
      check_version(document_, fields.value("version"), "a plan", problems_);
    if (fields.has("database")) plan_.databases = databases(fields.value("database"));
    if (fields.has("defaults")) defaults_ = read_defaults(fields.value("defaults"));
    if (fields.has("placeholders")) placeholders_.decode(document_, fields.value("placeholders"));
    fields.require("migrations", "a list of at least one migration");
    if (fields.has("migrations")) read_migrations(fields.value("migrations"));
    return std::move(plan_);
  }

 private:
  const TreeNode& at(NodeId id) const { return document_.at(id); }
  void refuse(NodeId id, string message, string hint = {}) {
    problems_.add(document_, at(id).offset, std::move(message), std::move(hint));
  }
  TransactionMode transaction(NodeId id) {
    const auto text = read_string(document_, id, "transaction", problems_);
    if (!text || *text == "auto") return TransactionMode::automatic;
    if (*text == "always") return TransactionMode::always;
    if (*text == "never") return TransactionMode::never;
    refuse_type(document_, id, "transaction", "auto, always or never", problems_);
    return TransactionMode::automatic;
  }

  Manner manner(const Fields& fields, Manner otherwise) {
    if (fields.has("transaction")) otherwise.transaction = transaction(fields.value("transaction"));
    const auto duration = [&](string_view key, std::optional<std::chrono::milliseconds>& value) {
      if (fields.has(key)) value = read_duration(document_, fields.value(key), key, problems_);
    };
    duration("lock_timeout", otherwise.lock_timeout);
    duration("statement_timeout", otherwise.statement_timeout);
    if (fields.has("lock_retries"))
      otherwise.lock_retries = read_count(document_, fields.value("lock_retries"), "lock_retries",
                                          model::max_lock_retries, problems_);
    return otherwise;
  }

  Manner read_defaults(NodeId id) {
    return manner(Fields(document_, id, "'defaults'", default_keys, problems_), {});
  }

  std::vector<string> databases(NodeId id) {
    std::vector<string> names;
    for (const NodeId item : string_or_list(document_, id, "database", problems_)) {
      const string_view name = at(item).text;
      if (auto wrong = database_name_problem(name)) {
        refuse(item, "'database' " + wrong->message, std::move(wrong->hint));
      } else if (std::ranges::find(names, name) != names.end()) {
        refuse(item, "'database' names '" + string(name) + "' twice");
      } else {
        names.emplace_back(name);
      }
    }
    return names;
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
    const Manner how = manner(fields, defaults_);
    change.transaction = how.transaction;
    change.lock_timeout = how.lock_timeout;
    change.statement_timeout = how.statement_timeout;
    change.lock_retries = how.lock_retries;
    change.allows_empty = is_on(fields, "allow_empty");
    change.is_repeatable = is_on(fields, "repeatable");
    if (fields.has("phase")) change.phase = phase(fields.value("phase"));
    if (fields.has("requires")) change.required_ids = required_ids(fields.value("requires"));
    fields.require("up", "a list of at least one step");
    Checksum checksum;
    OperationUndo undo;
    if (fields.has("up")) change.up = steps(fields.value("up"), "up", change, &checksum, &undo);
    if (fields.has("down"))
      change.down = steps(fields.value("down"), "down", change, nullptr, nullptr);
    else if (!change.is_repeatable)
      undo.move_into(change);
    change.checksum = checksum.text();
    plan_.changes.push_back(std::move(change));
    plan_.id_offsets.push_back(id_offset);
  }

  bool is_on(const Fields& fields, string_view key) {
    return fields.has(key) &&
           read_bool(document_, fields.value(key), key, problems_).value_or(false);
  }

  model::Phase phase(NodeId id) {
    const auto text = read_string(document_, id, "phase", problems_);
    if (text == "pre-deploy") return model::Phase::pre_deploy;
    if (text == "post-deploy") return model::Phase::post_deploy;
    if (text) refuse_type(document_, id, "phase", "pre-deploy or post-deploy", problems_);
    return model::Phase::any;
  }

  std::vector<string> required_ids(NodeId id) {
    std::vector<string> ids;
    for (const NodeId item : string_or_list(document_, id, "requires", problems_)) {
      const auto required = read_line(document_, item, "requires", max_id, problems_);
      if (!required) continue;
      if (std::ranges::find(ids, *required) != ids.end())
        refuse(item, "'requires' has '" + excerpt(*required) + "' twice");
      else
        ids.emplace_back(*required);
    }
    return ids;
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

  std::vector<model::Step> steps(NodeId id, string_view key, const Change& change,
                                 Checksum* checksum, OperationUndo* undo) {
    std::vector<model::Step> found;
    const TreeNode& list = at(id);
    if (list.kind != NodeKind::sequence || list.end == id + 1) {
      refuse_type(document_, id, key, "a list of at least one step", problems_,
                  list.kind == NodeKind::scalar ? "write it as '- sql: ...'" : "");
      return found;
    }
    found.reserve(children_of(id));
    for (NodeId item = id + 1; item < list.end; item = at(item).end) {
      const Fields fields(document_, item, "a step", step_keys(), problems_);
      const auto kind = step_kind(fields);
      if (!kind) continue;
      const NodeId value = fields.value(*kind);
      if (*kind != "sql" && *kind != "file") {
        operation_steps(*kind, item, value, change, checksum, undo, found);
        continue;
      }
      auto step = *kind == "sql" ? sql_step(value, change.allows_empty, checksum)
                                 : file_step(value, change.allows_empty, checksum);
      if (!step) continue;
      if (undo != nullptr) undo->see_sql(document_.position(at(item).offset));
      found.push_back(*std::move(step));
    }
    return found;
  }

  /// The one key of a step; nullopt, with a problem, when it has none or several.
  std::optional<string_view> step_kind(const Fields& fields) {
    if (!fields.is_mapping()) return std::nullopt;
    string_view first;
    for (const string_view key : step_keys()) {
      if (!fields.has(key)) continue;
      if (!first.empty()) {
        problems_.add(document_, fields.offset(),
                      "the step has both '" + string(first) + "' and '" + string(key) +
                          "', expected one of them",
                      "write two steps");
        return std::nullopt;
      }
      first = key;
    }
    if (!first.empty()) return first;
    if (!fields.has_unknown())
      problems_.add(document_, fields.offset(),
                    "the step has neither 'sql' nor 'file' nor an operation, expected one of them");
    return std::nullopt;
  }

  void operation_steps(string_view name, NodeId step, NodeId body, const Change& change,
                       Checksum* checksum, OperationUndo* undo, std::vector<model::Step>& found) {
    const std::vector<string>& databases =
        change.databases.empty() ? plan_.databases : change.databases;
    DecodedOperation decoded = decode_operation(document_, name, body, databases, problems_);
    const base::SourcePosition where = document_.position(at(step + 1).offset);
    for (string& text : decoded.up) {
      if (checksum != nullptr) {
        checksum->update(text);
        checksum->end_step();
      }
      found.push_back(operation_step(std::move(text), where));
    }
    if (undo != nullptr) undo->see_operation(std::move(decoded), where);
  }

  std::optional<model::Step> sql_step(NodeId id, bool allows_empty, Checksum* checksum) {
    if (!read_string(document_, id, "sql", problems_)) return std::nullopt;
    LoadedStep loaded = ScriptLoader::from_text(document_, id, checksum);
    if (loaded.is_blank && !allows_empty)
      refuse(id, "'sql' is empty, expected a statement", "'allow_empty: true' allows it");
    placeholders_.see(loaded.step);
    return std::move(loaded.step);
  }

  std::optional<model::Step> file_step(NodeId id, bool allows_empty, Checksum* checksum) {
    const auto shown = read_line(document_, id, "file", 4096, problems_);
    if (!shown) return std::nullopt;
    base::Result<LoadedStep> loaded = scripts_.from_file(*shown, checksum, placeholders_.check());
    if (!loaded) {
      Error error = std::move(loaded).error();
      if (error.where.line == 0) error.where = document_.position(at(id).offset);
      problems_.add(at(id).offset, std::move(error));
      return std::nullopt;
    }
    if (loaded->is_blank && !allows_empty)
      refuse(id, "the file '" + excerpt(*shown) + "' is empty, expected a statement",
             "is it cut off? 'allow_empty: true' allows it");
    if (loaded->is_template) loaded->step.placeholders = placeholders_.values();
    return std::move(loaded->step);
  }

  const Document& document_;
  ScriptLoader& scripts_;
  PlanPlaceholders& placeholders_;
  Problems& problems_;
  DecodedPlan plan_;
  Manner defaults_;
};

}  // namespace

DecodedPlan decode_plan(const Document& document, ScriptLoader& scripts,
                        PlanPlaceholders& placeholders, Problems& problems) {
  return PlanDecoder(document, scripts, placeholders, problems).decode();
}

}  // namespace garboard::loading
