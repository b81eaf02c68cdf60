// SPDX-License-Identifier: Apache-2.0
// validate: what can be told of migrations without a database.
#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "execution/script.hpp"
#include "plugin_host/host.hpp"

namespace garboard::cli {

namespace {

using base::Error;
using model::Change;
using model::Step;

constexpr std::size_t max_shown_ids = 5;

bool is_operation(const Step& step) { return step.kind == Step::Kind::operation; }

/// "dropColumn", which begins the canonical text of an operation.
std::string operation_name(const Step& step) {
  constexpr std::string_view head = R"({"op":")";
  const std::size_t end = step.sql.find('"', head.size());
  return step.sql.substr(head.size(), end - head.size());
}

class Validation {
 public:
  Validation(CommandContext& context, ports::Files& files, const model::Changes& changes)
      : context_(context), files_(files), changes_(changes) {}

  /// Every step, read as the database named by --database reads it; without that option every
  /// operation, rendered for each database that the plans name.
  Result<void> check() {
    const std::string& chosen = context_.settings.text("database");
    if (chosen.empty() && !has_operations()) return {};
    const std::unique_ptr<plugin_host::Host> host = make_host(context_);
    const std::vector<std::string> databases =
        chosen.empty() ? named_databases() : std::vector<std::string>{chosen};
    for (const std::string& database : databases) {
      if (chosen.empty() && !is_installed(*host, database)) {
        note("operations are not checked for " + database + ": its driver is not installed here");
        continue;
      }
      Result<std::reference_wrapper<plugin_host::Driver>> driver = host->driver(database);
      if (!driver) return std::move(driver).error();
      check_steps(driver->get(), !chosen.empty());
      checked_.push_back(driver->get().dialect().name);
    }
    if (problems_.empty()) return {};
    Error first = std::move(problems_.front());
    first.others.assign(std::make_move_iterator(problems_.begin() + 1),
                        std::make_move_iterator(problems_.end()));
    return first;
  }

  void note_irreversible() {
    std::string ids;
    std::size_t without_down = 0;
    for (const Change& change : changes_.items) {
      if (change.is_repeatable || !change.down.empty()) continue;
      if (!change.irreversible.empty()) {
        note("cannot be rolled back: " + change.irreversible, &change);
      } else if (!change.up.empty()) {
        if (++without_down <= max_shown_ids) ids += (ids.empty() ? "" : ", ") + change.id;
      }
    }
    if (without_down == 0) return;
    if (without_down > max_shown_ids)
      ids += " and " + std::to_string(without_down - max_shown_ids) + " more";
    note(std::to_string(without_down) +
         " migration(s) have no `down` to be rolled back with: " + ids);
  }

  void fill(Report& report) const {
    if (!checked_.empty()) report.document["checkedFor"] = checked_;
    for (const std::string& name : checked_)
      report.text += (name == checked_.front() ? "checked for " : ", ") + name;
    if (!checked_.empty()) report.text += "\n";
    if (!notes_.empty()) report.document["notes"] = notes_;
    for (const Json& each : notes_)
      report.text +=
          "note: " + (each.contains("id") ? each["id"].get<std::string>() + " " : std::string()) +
          each["message"].get<std::string>() + "\n";
  }

 private:
  [[nodiscard]] bool has_operations() const {
    return std::ranges::any_of(changes_.items, [](const Change& change) {
      return std::ranges::any_of(change.up, is_operation) ||
             std::ranges::any_of(change.down, is_operation);
    });
  }

  [[nodiscard]] std::vector<std::string> named_databases() const {
    std::vector<std::string> names = changes_.databases;
    for (const Change& change : changes_.items)
      for (const std::string& name : change.databases)
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
  }

  static bool is_installed(const plugin_host::Host& host, const std::string& database) {
    return std::ranges::any_of(host.list(), [&](const plugin_host::PluginFile& file) {
      return file.problem.empty() &&
             (file.note.name == database ||
              std::ranges::find(file.note.schemes, database) != file.note.schemes.end());
    });
  }

  void check_steps(const plugin_host::Driver& driver, bool with_scripts) {
    const model::Dialect& dialect = driver.dialect();
    for (const Change& change : changes_.items) {
      if (!model::is_for(change.databases, dialect.name)) continue;
      for (const std::vector<Step>* steps : {&change.up, &change.down})
        for (const Step& step : *steps) {
          if (!with_scripts && !is_operation(step)) continue;
          auto facts =
              execution::scan_script(std::span(&step, 1), files_, dialect,
                                     [&](const Step& each) { return driver.outline(each.sql); });
          if (facts) continue;
          Error error = std::move(facts).error();
          if (is_operation(step))
            error = std::move(error).in("'" + operation_name(step) + "' for " + dialect.name +
                                        (steps == &change.up ? "" : ", to undo it"));
          problems_.push_back(std::move(error));
        }
    }
  }

  void note(std::string message, const Change* about = nullptr) {
    Json each = {{"message", std::move(message)}};
    if (about != nullptr) {
      each["id"] = about->id;
      each["where"] = about->where.text();
    }
    notes_.push_back(std::move(each));
  }

  CommandContext& context_;
  ports::Files& files_;
  const model::Changes& changes_;
  std::vector<std::string> checked_ = {};
  std::vector<Json> notes_ = {};
  std::vector<Error> problems_ = {};
};

}  // namespace

Result<int> run_validate(CommandContext& context) {
  DiskFiles files;
  const std::vector<std::string>& plans = context.settings.list("plan");
  const std::string& folder = context.settings.text("dir");
  Json& document = context.report.document;
  if (folder.empty())
    document["plans"] = plans;
  else
    document["folder"] = folder;
  document["valid"] = false;
  Result<model::Changes> changes = load_named_plans(context, files);
  if (!changes) return std::move(changes).error();
  Validation validation(context, files, *changes);
  if (Result<void> checked = validation.check(); !checked) return std::move(checked).error();
  validation.note_irreversible();
  document["valid"] = true;
  document["migrations"] = changes->items.size();
  context.report.text = "valid: " + std::to_string(changes->items.size()) + " migration(s) in " +
                        (folder.empty() ? std::to_string(plans.size()) + " plan file(s)" : folder) +
                        "\n";
  validation.fill(context.report);
  return 0;
}

}  // namespace garboard::cli
