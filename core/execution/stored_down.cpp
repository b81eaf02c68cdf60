// SPDX-License-Identifier: Apache-2.0
#include "execution/stored_down.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "execution/step_source.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::Step;
using model::TransactionMode;
using nlohmann::json;

constexpr std::uint64_t max_down_bytes = 1U << 20U;

/// What the plan says of how the steps run, where that is not what it is anyway.
json settings_of(const Change& change) {
  json settings = json::object();
  if (change.transaction == TransactionMode::always) settings["transaction"] = "always";
  if (change.transaction == TransactionMode::never) settings["transaction"] = "never";
  if (change.lock_timeout) settings["lockTimeoutMs"] = change.lock_timeout->count();
  if (change.statement_timeout) settings["statementTimeoutMs"] = change.statement_timeout->count();
  if (change.lock_retries) settings["lockRetries"] = *change.lock_retries;
  return settings;
}

void read_settings(const json& settings, Change& change) {
  const std::string mode = settings.value("transaction", "auto");
  if (mode == "always") change.transaction = TransactionMode::always;
  if (mode == "never") change.transaction = TransactionMode::never;
  const auto duration = [&settings](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end()
               ? std::nullopt
               : std::optional(std::chrono::milliseconds(found->get<std::int64_t>()));
  };
  change.lock_timeout = duration("lockTimeoutMs");
  change.statement_timeout = duration("statementTimeoutMs");
  if (const auto found = settings.find("lockRetries"); found != settings.end())
    change.lock_retries = found->get<std::size_t>();
}

/// nullopt: too long to keep, or gone; the plan has it.
std::optional<std::string> text_of(const Step& step, ports::Files& files) {
  Result<std::string> text = step_text(step, files, max_down_bytes);
  if (!text) return std::nullopt;
  return *std::move(text);
}

Step step_of(const json& kept, std::string_view id,
             const std::shared_ptr<const model::Placeholders>& placeholders) {
  Step step;
  step.where = {"(kept down of " + std::string(id) + ")", 1, 1};
  if (kept.is_string()) {
    step.sql = kept.get<std::string>();
    return step;
  }
  if (const auto operation = kept.find("operation"); operation != kept.end()) {
    step.kind = Step::Kind::operation;
    step.sql = operation->get<std::string>();
    step.is_verbatim = false;
  } else {
    step.sql = kept.at("template").get<std::string>();
  }
  if (kept.contains("template")) step.placeholders = placeholders;
  return step;
}

}  // namespace

Result<std::optional<std::string>> down_sql_of(const Change& change, ports::Files& files) {
  if (change.down.empty()) return std::optional<std::string>{};
  json kept = json::array();
  if (json settings = settings_of(change); !settings.empty())
    kept.push_back({{"settings", std::move(settings)}});
  std::uint64_t bytes = 0;
  for (const Step& step : change.down) {
    std::optional<std::string> text = text_of(step, files);
    if (!text || (bytes += text->size()) > max_down_bytes) return std::optional<std::string>{};
    const bool is_template = step.placeholders != nullptr;
    if (step.kind == Step::Kind::operation) {
      kept.push_back({{"operation", *std::move(text)}});
      if (is_template) kept.back()["template"] = true;
    } else if (is_template) {
      kept.push_back({{"template", *std::move(text)}});
    } else {
      kept.push_back(*std::move(text));
    }
  }
  return std::optional<std::string>(kept.dump(-1, ' ', false, json::error_handler_t::replace));
}

Result<Change> change_of_down(const model::LedgerEntry& entry, std::string_view down_sql,
                              const model::Placeholders& placeholders) {
  Change change{.id = entry.id, .name = entry.name};
  change.checksum = entry.checksum;
  change.where.file = "(kept down of " + entry.id + ")";
  const auto shared = std::make_shared<const model::Placeholders>(placeholders);
  try {
    for (const json& kept : json::parse(down_sql)) {
      if (kept.is_object() && kept.contains("settings")) {
        read_settings(kept.at("settings"), change);
      } else {
        change.down.push_back(step_of(kept, entry.id, shared));
      }
    }
  } catch (const json::exception&) {
    return Error{.code = Code::bad_input,
                 .message = "the down kept for migration '" + entry.id +
                            "' in the tracking table is not as garboard writes it",
                 .reason = "down-unreadable",
                 .hint = "use the plan that has the migration, with a `down`"};
  }
  return change;
}

}  // namespace garboard::execution
