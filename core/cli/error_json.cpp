// SPDX-License-Identifier: Apache-2.0
#include "cli/error_json.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace garboard::cli {

namespace {

using base::Error;

constexpr std::size_t min_problem_bytes = 40;  // of one of `others`: its keys alone take more

Json plain_json(const Error& error) {
  Json json = {{"code", static_cast<int>(error.code)},
               {"reason", reason_text(error)},
               {"message", error.message},
               {"retryable", base::is_retryable_exit(error.code)}};
  if (!error.where.file.empty() || error.where.line != 0) json["where"] = place_json(error.where);
  if (!error.migration.empty()) json["migration"] = error.migration;
  if (error.applied) json["applied"] = *error.applied;
  if (!error.context.empty()) json["context"] = error.context;
  if (!error.statement.empty()) {
    json["statement"] = {{"text", error.statement}};
    if (error.statement_position >= 0) json["statement"]["position"] = error.statement_position;
  }
  if (!error.sqlstate.empty()) json["sqlstate"] = error.sqlstate;
  if (error.native_code != 0) json["nativeCode"] = error.native_code;
  if (error.is_outcome_unknown) json["outcomeUnknown"] = true;
  if (!error.hint.empty()) json["hint"] = error.hint;
  for (const Error& other : error.others) json["others"].push_back(plain_json(other));
  return json;
}

// Cuts before the first byte of a character, and says that it did.
void cut(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  text.resize(base::clipped(text, max_bytes).size());
  text += "...";
}

void cut_statement(Error& error, std::size_t max_bytes) {
  if (error.statement.size() <= max_bytes) return;
  const auto position =
      static_cast<std::size_t>(std::max<std::int64_t>(error.statement_position, 0));
  if (position > max_bytes * 3 / 4) {
    std::size_t from = std::min(position - max_bytes / 2, error.statement.size());
    while (from > 0 && (static_cast<unsigned char>(error.statement[from]) & 0xC0U) == 0x80U) --from;
    error.statement.erase(0, from);
    error.statement_position -= static_cast<std::int64_t>(from);
  }
  cut(error.statement, max_bytes);
}

void cut_texts(Error& error, std::size_t max_bytes) {
  cut(error.message, max_bytes);
  cut(error.hint, max_bytes / 2);
  cut(error.where.file, max_bytes);
  cut_statement(error, max_bytes / 2);
  if (error.context.size() > 4) error.context.resize(4);
  for (std::string& text : error.context) cut(text, max_bytes / 2);
}

std::string short_text(const Error& error, std::size_t all_others) {
  Json json = plain_json(error);
  if (error.others.size() < all_others) json["othersOmitted"] = all_others - error.others.size();
  return dumped(json);
}

}  // namespace

Json place_json(const base::SourcePosition& where) {
  Json place = {{"file", where.file}};
  if (where.line != 0) place["line"] = where.line;
  if (where.column != 0) place["column"] = where.column;
  return place;
}

std::string reason_text(const Error& error) {
  return error.reason.empty() ? std::string(base::reason_of(error.code)) : error.reason;
}

Json error_json(const Error& error, const base::Redactor& redactor) {
  return plain_json(redactor.apply(error));
}

std::optional<Error> error_from_json(const Json& json) {
  try {
    Error error{.code = static_cast<base::Code>(json.at("code").get<int>()),
                .message = json.value("message", ""),
                .reason = json.at("reason").get<std::string>(),
                .hint = json.value("hint", ""),
                .context = json.value("context", std::vector<std::string>{}),
                .migration = json.value("migration", ""),
                .sqlstate = json.value("sqlstate", ""),
                .native_code = json.value("nativeCode", std::int64_t{0})};
    error.is_outcome_unknown = json.value("outcomeUnknown", false);
    if (const auto applied = json.find("applied"); applied != json.end())
      error.applied = applied->get<std::size_t>();
    if (const auto where = json.find("where"); where != json.end())
      error.where = {where->value("file", ""), where->value("line", 0U),
                     where->value("column", 0U)};
    if (const auto statement = json.find("statement"); statement != json.end()) {
      error.statement = statement->value("text", "");
      error.statement_position = statement->value("position", std::int64_t{-1});
    }
    if (const auto others = json.find("others"); others != json.end())
      for (const Json& each : *others)
        if (auto other = error_from_json(each)) error.others.push_back(*std::move(other));
    return error;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string short_error_json(const Error& error, const base::Redactor& redactor,
                             std::size_t max_bytes) {
  Error shown = error;
  if (shown.others.size() > max_bytes / min_problem_bytes)
    shown.others.resize(max_bytes / min_problem_bytes);
  shown = redactor.apply(std::move(shown));
  std::string text = short_text(shown, error.others.size());
  for (std::size_t cap = 1200; text.size() > max_bytes && cap >= 16; cap /= 2) {
    Error shorter = shown;
    const std::size_t listed = cap / 150;
    if (shorter.others.size() > listed) shorter.others.resize(listed);
    cut_texts(shorter, cap);
    for (Error& other : shorter.others) cut_texts(other, cap / 4);
    text = short_text(shorter, error.others.size());
  }
  if (text.size() <= max_bytes) return text;
  return dumped({{"code", static_cast<int>(shown.code)},
                 {"reason", std::string(base::reason_of(shown.code))}});
}

void redact_json(Json& json, const base::Redactor& redactor) {
  if (json.is_string()) {
    json = redactor.apply(json.get_ref<const std::string&>());
  } else if (json.is_structured()) {
    for (Json& each : json) redact_json(each, redactor);
  }
}

}  // namespace garboard::cli
