// SPDX-License-Identifier: Apache-2.0
#include "spans.hpp"

#include <algorithm>
#include <cctype>
#include <random>

#include "figures.hpp"

namespace garboard::metrics {
namespace {

using hooks::member;
constexpr std::size_t most_spans = 4096;
constexpr std::size_t longest_sql = 2048;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

std::string system_name(const std::string& dialect) {
  return dialect == "postgres" ? "postgresql" : dialect;
}

std::string next_word(std::string_view& sql) {
  const auto begin = std::min(sql.find_first_not_of(" \t\r\n("), sql.size());
  sql.remove_prefix(begin);
  std::size_t length = 0;
  while (length < sql.size() && std::isalpha(static_cast<unsigned char>(sql[length])) != 0)
    ++length;
  std::string word(sql.substr(0, length));
  sql.remove_prefix(length);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return word;
}

/// "SELECT", "CREATE TABLE": what the statement does, with the kind of what it makes or drops.
std::string operation_of(std::string_view sql) {
  std::string verb = next_word(sql);
  if (verb != "CREATE" && verb != "ALTER" && verb != "DROP") return verb;
  for (std::string word = next_word(sql); !word.empty(); word = next_word(sql)) {
    for (const char* kind : {"TABLE", "INDEX", "VIEW", "SEQUENCE", "TYPE", "FUNCTION", "PROCEDURE",
                             "TRIGGER", "SCHEMA", "DATABASE", "EXTENSION", "ROLE", "USER"})
      if (word == kind) return verb + " " + kind;
  }
  return verb;
}

void fail(Span& span, const hooks::Event& event) {
  span.is_failed = true;
  const auto error = event.data().find("error");
  if (error == event.data().end()) return;
  span.message = member<std::string>(*error, "reason", "");
  span.attributes.emplace_back("error.type", span.message);
  if (const auto state = member<std::string>(*error, "sqlstate", ""); !state.empty())
    span.attributes.emplace_back("db.response.status_code", state);
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view parent, std::string_view state) {
  // version-trace-span-flags: 2, 32, 16 and 2 digits; a later version may go on after a dash
  constexpr std::size_t length = 55;
  if (parent.size() < length || parent[2] != '-' || parent[35] != '-' || parent[52] != '-')
    return std::nullopt;
  const std::string_view version = parent.substr(0, 2);
  const std::string_view trace = parent.substr(3, 32);
  const std::string_view span = parent.substr(36, 16);
  const std::string_view flags = parent.substr(53, 2);
  const bool has_good_end =
      version == "00" ? parent.size() == length : parent.size() == length || parent[length] == '-';
  if (!is_hex(version) || version == "ff" || !is_hex(trace) || is_zero(trace) || !is_hex(span) ||
      is_zero(span) || !is_hex(flags) || !has_good_end)
    return std::nullopt;
  const int low = flags[1] <= '9' ? flags[1] - '0' : flags[1] - 'a' + 10;
  return TraceContext{std::string(trace), std::string(span), std::string(state), low % 2 == 1};
}

std::string random_hex(std::size_t digits) {
  static thread_local std::random_device random;
  std::uniform_int_distribution<int> digit(0, 15);
  std::string text;
  do {
    text.clear();
    while (text.size() < digits) text += "0123456789abcdef"[digit(random)];
  } while (is_zero(text));
  return text;
}

SpanRecorder::SpanRecorder(std::optional<TraceContext> parent)
    : context_(parent ? *parent : TraceContext{random_hex(32), "", "", true}),
      parent_id_(context_.span_id) {
  context_.span_id = random_hex(16);
}

void SpanRecorder::take(const hooks::Event& event) {
  if (!context_.is_sampled) return;
  if (event.name == "after_statement") take_statement(event);
  if (event.name == "after_migration" || event.name == "migration.failed") take_migration(event);
  if (event.name.rfind("run.", 0) == 0) take_run(event);
}

Span SpanRecorder::begun(const hooks::Event& event, std::int64_t duration_ms) const {
  Span span;
  span.end_ms = milliseconds_of(member<std::string>(event.envelope, "time", ""));
  span.start_ms = span.end_ms - duration_ms;
  span.attributes.emplace_back("db.system.name", system_name(member<std::string>(
                                                     event.data().at("database"), "dialect", "")));
  return span;
}

void SpanRecorder::keep(Span span) {
  if (spans_.size() < most_spans) {
    spans_.push_back(std::move(span));
  } else {
    ++left_out_;
  }
}

void SpanRecorder::take_statement(const hooks::Event& event) {
  if (migration_span_id_.empty()) migration_span_id_ = random_hex(16);
  const auto statement = event.data().find("statement");
  if (statement == event.data().end()) return;
  Span span = begun(event, member<std::int64_t>(event.data(), "durationMs", 0));
  const std::string sql = member<std::string>(*statement, "sql", "");
  span.id = random_hex(16);
  span.parent_id = migration_span_id_;
  span.kind = Span::Kind::client;
  span.name = operation_of(sql);
  span.attributes.emplace_back("db.operation.name", span.name);
  if (!sql.empty()) span.attributes.emplace_back("db.query.text", sql.substr(0, longest_sql));
  span.attributes.emplace_back("garboard.statement.number",
                               member<std::int64_t>(*statement, "number", 0));
  if (span.name.empty()) span.name = "statement";
  keep(std::move(span));
}

void SpanRecorder::take_migration(const hooks::Event& event) {
  const auto migration = event.data().find("migration");
  if (migration == event.data().end()) return;
  const auto in_report = member<std::int64_t>(*migration, "durationMs", 0);
  Span span = begun(event, member<std::int64_t>(event.data(), "durationMs", in_report));
  span.id = migration_span_id_.empty() ? random_hex(16) : migration_span_id_;
  migration_span_id_.clear();
  span.parent_id = context_.span_id;
  const std::string id = member<std::string>(*migration, "id", "");
  span.name = "migration " + id;
  const bool is_down = member<std::string>(*migration, "direction", "") == "down";
  span.attributes.emplace_back("db.operation.name", is_down ? "rollback" : "migrate");
  span.attributes.emplace_back("garboard.migration.id", id);
  span.attributes.emplace_back("garboard.migration.name",
                               member<std::string>(*migration, "name", ""));
  if (event.name == "migration.failed") fail(span, event);
  keep(std::move(span));
}

void SpanRecorder::take_run(const hooks::Event& event) {
  const Figures figures = figures_of(event);
  Span span = begun(event, figures.duration_ms);
  span.id = context_.span_id;
  span.parent_id = parent_id_;
  const nlohmann::json& run = event.data().at("run");
  const std::string command = member<std::string>(run, "command", "");
  span.name = "garboard " + command;
  span.attributes.emplace_back("db.operation.name", command);
  span.attributes.emplace_back("garboard.run.id", member<std::string>(run, "id", ""));
  span.attributes.emplace_back("garboard.migrations.applied", figures.applied);
  span.attributes.emplace_back("garboard.migrations.pending", figures.pending);
  if (left_out_ > 0) span.attributes.emplace_back("garboard.spans.left_out", left_out_);
  if (!figures.is_success) fail(span, event);
  spans_.push_back(std::move(span));
}

}  // namespace garboard::metrics
