// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

namespace garboard::conformance {
namespace {

using nlohmann::json;

struct Rows {
  Outcome& outcome;
  std::size_t wanted;
};

void take_columns(void* ctx, const gbd_str* names, std::size_t n) noexcept {
  auto& rows = *static_cast<Rows*>(ctx);
  for (const gbd_str& name : std::span(names, n))
    rows.outcome.columns.emplace_back(sdk::view(name));
}

std::int32_t take_row(void* ctx, const gbd_str* cells, std::size_t n) noexcept {
  auto& rows = *static_cast<Rows*>(ctx);
  Row row;
  for (const gbd_str& cell : std::span(cells, n)) {
    if (cell.ptr == nullptr) {
      row.emplace_back();
    } else {
      row.emplace_back(std::string(sdk::view(cell)));
    }
  }
  rows.outcome.rows.push_back(std::move(row));
  return rows.outcome.rows.size() >= rows.wanted ? 1 : 0;
}

}  // namespace

std::string Outcome::text() const {
  std::string text = name_of(status);
  if (!error.sqlstate.empty()) text += " [" + error.sqlstate + "]";
  return error.message.empty() ? text : text + " " + error.message;
}

std::optional<std::string> Outcome::cell() const {
  expect(rows.size() == 1 && rows.front().size() == 1,
         "one row of one cell was expected, there are " + std::to_string(rows.size()) + " rows");
  return rows.front().front();
}

Outcome must(Outcome outcome, std::string_view doing) {
  expect(outcome.is_ok(), std::string(doing) + ": " + outcome.text());
  return outcome;
}

json open_options(const Subject& subject) {
  const auto& connection = subject.database().connection;
  return json::parse(connection.options_json(std::chrono::seconds(10), false));
}

Connection::Connection(Subject& subject) : Connection(subject, open_options(subject)) {}

Connection::Connection(Subject& subject, const json& options)
    : subject_(subject), driver_(subject.driver()) {
  const std::string text = options.dump();
  Outcome outcome;
  outcome.status = driver_.open(sdk::str(text), &raw_, &outcome.error);
  must(outcome, "open");
  expect(raw_ != nullptr, "open said GBD_OK and gave no connection");
}

Outcome Connection::try_open(Subject& subject, const json& options) {
  const std::string text = options.dump();
  Outcome outcome;
  gbd_conn* raw = nullptr;
  outcome.status = subject.driver().open(sdk::str(text), &raw, &outcome.error);
  if (outcome.is_ok() && raw != nullptr) subject.driver().close(raw);
  return outcome;
}

Outcome Connection::exec(std::string_view sql, std::span<const gbd_str> params,
                         std::size_t rows_wanted) {
  Outcome outcome;
  Rows rows{outcome, rows_wanted};
  gbd_call call{};
  call.size = sizeof call;
  call.params = params.data();
  call.n_params = params.size();
  call.ctx = &rows;
  call.columns = &take_columns;
  call.row = &take_row;
  outcome.status = driver_.exec(raw_, sdk::str(sql), &call, &outcome.affected, &outcome.error);
  return outcome;
}

Outcome Connection::tx(std::int32_t operation) {
  Outcome outcome;
  outcome.status = driver_.tx(raw_, operation, &outcome.error);
  return outcome;
}

Outcome Connection::lock(std::string_view key, std::int64_t timeout_ms) {
  if (!GBD_HAS(gbd_driver, &driver_, lock)) throw Skipped("the driver has no lock");
  Outcome outcome;
  outcome.status = driver_.lock(raw_, sdk::str(key), timeout_ms, &outcome.error);
  return outcome;
}

Outcome Connection::unlock(std::string_view key) {
  if (!GBD_HAS(gbd_driver, &driver_, unlock)) throw Skipped("the driver has no unlock");
  Outcome outcome;
  outcome.status = driver_.unlock(raw_, sdk::str(key), &outcome.error);
  return outcome;
}

Outcome Connection::cancel() {
  if (!GBD_HAS(gbd_driver, &driver_, cancel)) throw Skipped("the driver has no cancel");
  Outcome outcome;
  outcome.status = driver_.cancel(raw_, &outcome.error);
  return outcome;
}

json Connection::server_info() {
  plugin_host::TextSink sink;
  Outcome outcome;
  outcome.status = driver_.server_info(raw_, sink.sink(), &outcome.error);
  must(outcome, "server_info");
  const std::string text = sink.take();
  json info = json::parse(text, nullptr, false);
  expect(info.is_object(), "server_info is not a JSON object: " + text);
  return info;
}

Outcome Connection::select(std::string_view values) {
  return exec(filled(subject_.database().select, "values", values));
}

void Connection::close() {
  if (raw_ != nullptr) driver_.close(raw_);
  raw_ = nullptr;
}

DroppedTable::~DroppedTable() {
  try {
    Connection connection(subject_);
    (void)connection.exec("DROP TABLE " + name_);
  } catch (const std::exception&) {
    return;  // the check has said what it found
  }
}

std::string DroppedTable::definition() const {
  return filled(subject_.database().text_table, "table", name_);
}

TextTable::TextTable(Subject& subject) : subject_(subject), table_(subject, new_name()) {
  Connection connection(subject);
  must(connection.exec(table_.definition()), "CREATE TABLE");
}

Outcome TextTable::insert(Connection& connection, int id, std::optional<std::string_view> body) {
  const std::string number = std::to_string(id);
  const std::array<gbd_str, 1> params{body ? sdk::str(*body) : gbd_str{nullptr, 0}};
  return connection.exec(
      "INSERT INTO " + name() + " VALUES (" + number + ", " + placeholder(subject_, 1) + ")",
      params);
}

std::int64_t TextTable::count(Connection& connection) const {
  const auto cell =
      must(connection.exec("SELECT COUNT(*) FROM " + name()), "SELECT COUNT(*)").cell();
  return std::stoll(cell.value_or("-1"));
}

std::optional<std::string> TextTable::body(Connection& connection, int id) const {
  const std::string sql = "SELECT body FROM " + name() + " WHERE id = " + std::to_string(id);
  return must(connection.exec(sql), sql).cell();
}

std::string new_name() {
  static int number = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return "gbd_c" + std::to_string(::getpid()) + "_" + std::to_string(now % 1'000'000'000) + "_" +
         std::to_string(++number);
}

std::string filled(std::string text, std::string_view key, std::string_view value) {
  const std::string what = "{" + std::string(key) + "}";
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + value.size()))
    text.replace(at, what.size(), value);
  return text;
}

std::string placeholder(Subject& subject, int n) {
  return subject.dialect().placeholders == model::PlaceholderStyle::numbered
             ? "$" + std::to_string(n)
             : "?";
}

}  // namespace garboard::conformance
