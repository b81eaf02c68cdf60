// SPDX-License-Identifier: Apache-2.0
#include "driver_harness.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace garboard::postgres_tests {

namespace {

std::string text_of(gbd_str text) {
  return text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len);
}
gbd_str str(const std::string& text) { return {text.data(), text.size()}; }
gbd_error* as_error(Reply& reply) { return reinterpret_cast<gbd_error*>(&reply); }

void keep_failure(gbd_error* error, const gbd_error_info* info) noexcept {
  auto& reply = *reinterpret_cast<Reply*>(error);
  reply.flags = info->flags;
  reply.position = info->position;
  reply.sqlstate = text_of(info->sqlstate);
  reply.message = text_of(info->message);
  reply.detail = text_of(info->detail);
  reply.hint = text_of(info->hint);
  reply.context_json = text_of(info->context_json);
}

void append(void* ctx, const char* text, std::size_t size) noexcept {
  static_cast<std::string*>(ctx)->append(text, size);
}

void keep_columns(void* ctx, const gbd_str* names, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) static_cast<Rows*>(ctx)->columns.push_back(text_of(names[i]));
}

std::int32_t keep_row(void* ctx, const gbd_str* cells, std::size_t n) noexcept {
  auto& rows = *static_cast<Rows*>(ctx);
  Row row;
  for (std::size_t i = 0; i < n; ++i)
    row.push_back(cells[i].ptr == nullptr ? Param() : Param(text_of(cells[i])));
  rows.rows.push_back(std::move(row));
  return rows.rows.size() >= rows.stop_after ? 1 : 0;
}

std::vector<gbd_str> borrowed(const std::vector<Param>& params) {
  std::vector<gbd_str> out;
  out.reserve(params.size());
  for (const Param& param : params) out.push_back(param ? str(*param) : gbd_str{nullptr, 0});
  return out;
}

struct Chunks {
  const std::vector<std::string>& all;
  std::size_t next = 0, offset = 0;
};

std::size_t read_chunk(void* ctx, char* buffer, std::size_t size) noexcept {
  auto& chunks = *static_cast<Chunks*>(ctx);
  if (chunks.next == chunks.all.size()) return 0;
  const std::string& chunk = chunks.all[chunks.next];
  const std::size_t n = std::min(size, chunk.size() - chunks.offset);
  std::copy_n(chunk.data() + chunks.offset, n, buffer);
  chunks.offset += n;
  if (chunks.offset == chunk.size()) {
    ++chunks.next;
    chunks.offset = 0;
  }
  return n;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Reply& reply) {
  return out << "status " << reply.status << " flags " << reply.flags << " [" << reply.sqlstate
             << "] " << reply.all_text();
}

Plugin& Plugin::get() {
  static Plugin plugin;
  return plugin;
}

Plugin::Plugin() {
  host_.size = sizeof host_;
  host_.fail = &keep_failure;
  host_.log = [](const gbd_host*, std::int32_t level, gbd_str text, gbd_str) noexcept {
    get().logs.push_back(std::to_string(level) + " " + text_of(text));
  };
  host_.cancelled = [](const gbd_host*) noexcept { return get().is_cancelled ? 1 : 0; };
  void* library = dlopen(GARBOARD_POSTGRES_DRIVER, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry =
      reinterpret_cast<decltype(&garboard_plugin_v1)>(dlsym(library, "garboard_plugin_v1"));
  if (entry == nullptr) throw std::runtime_error("the driver has no entry point");
  const gbd_plugin* plugin = entry();
  Reply reply;
  if (plugin->init(&host_, as_error(reply)) != GBD_OK) throw std::runtime_error(reply.message);
  table_ = static_cast<const gbd_driver*>(plugin->get_interface("garboard.driver/1"));
}

Reply Connection::try_open(const nlohmann::json& options) {
  Reply reply;
  gbd_conn* raw = nullptr;
  const std::string text = options.dump();
  const gbd_driver& table = Plugin::get().table();
  reply.status = table.open(str(text), &raw, as_error(reply));
  if (reply.is_ok()) table.close(raw);
  return reply;
}

Connection::Connection(const nlohmann::json& options) {
  Reply reply;
  const std::string text = options.dump();
  reply.status = Plugin::get().table().open(str(text), &raw_, as_error(reply));
  if (!reply.is_ok()) throw std::runtime_error("cannot connect: " + reply.all_text());
}

void Connection::close() {
  if (raw_ != nullptr) Plugin::get().table().close(raw_);
  raw_ = nullptr;
}

Reply Connection::exec(const std::string& sql, const std::vector<Param>& params, Rows* rows) {
  Reply reply;
  const std::vector<gbd_str> values = borrowed(params);
  gbd_call call{};
  call.size = sizeof call;
  call.params = values.data();
  call.n_params = values.size();
  if (rows != nullptr) {
    call.ctx = rows;
    call.columns = &keep_columns;
    call.row = &keep_row;
  }
  std::int64_t affected = -2;
  reply.status = Plugin::get().table().exec(raw_, str(sql), &call, &affected, as_error(reply));
  if (rows != nullptr) rows->affected = affected;
  return reply;
}

std::string Connection::cell(const std::string& sql, const std::vector<Param>& params) {
  Rows rows;
  const Reply reply = exec(sql, params, &rows);
  EXPECT_TRUE(reply.is_ok()) << sql << ": " << reply;
  if (rows.rows.empty() || !rows.rows[0][0]) {
    ADD_FAILURE() << "no cell from " << sql;
    return {};
  }
  return *rows.rows[0][0];
}

Reply Connection::tx(std::int32_t op) {
  Reply reply;
  reply.status = Plugin::get().table().tx(raw_, op, as_error(reply));
  return reply;
}

Reply Connection::batch(const std::vector<Statement>& statements, bool is_atomic,
                        std::size_t& done) {
  std::vector<std::vector<gbd_str>> params;
  std::vector<gbd_stmt> raw;
  params.reserve(statements.size());
  raw.reserve(statements.size());
  for (const Statement& statement : statements) params.push_back(borrowed(statement.params));
  for (std::size_t i = 0; i < statements.size(); ++i)
    raw.push_back({str(statements[i].sql), params[i].data(), params[i].size()});
  Reply reply;
  reply.status =
      Plugin::get().table().batch(raw_, raw.data(), raw.size(), is_atomic ? GBD_BATCH_ATOMIC : 0,
                                  nullptr, &done, as_error(reply));
  return reply;
}

Reply Connection::copy_in(const std::string& sql, const std::vector<std::string>& chunks,
                          std::int64_t& rows) {
  Reply reply;
  Chunks source{chunks};
  reply.status =
      Plugin::get().table().copy_in(raw_, str(sql), &source, &read_chunk, &rows, as_error(reply));
  return reply;
}

Reply Connection::lock(const std::string& key, std::int64_t timeout_ms) {
  Reply reply;
  reply.status = Plugin::get().table().lock(raw_, str(key), timeout_ms, as_error(reply));
  return reply;
}

Reply Connection::unlock(const std::string& key) {
  Reply reply;
  reply.status = Plugin::get().table().unlock(raw_, str(key), as_error(reply));
  return reply;
}

Reply Connection::cancel() {
  Reply reply;
  reply.status = Plugin::get().table().cancel(raw_, as_error(reply));
  return reply;
}

Reply Connection::fingerprint(const std::string& sql, std::string& state) {
  Reply reply;
  const gbd_sink sink{&state, &append};
  reply.status = Plugin::get().table().fingerprint(raw_, str(sql), &sink, as_error(reply));
  return reply;
}

nlohmann::json Connection::server_info() {
  Reply reply;
  std::string text;
  const gbd_sink sink{&text, &append};
  reply.status = Plugin::get().table().server_info(raw_, &sink, as_error(reply));
  EXPECT_TRUE(reply.is_ok()) << reply;
  return nlohmann::json::parse(text);
}

static Reply rendered(gbd_conn* raw, const nlohmann::json& operation, nlohmann::json& answer) {
  Reply reply;
  std::string text;
  const std::string input = operation.dump();
  const gbd_sink sink{&text, &append};
  reply.status = Plugin::get().table().render(raw, str(input), &sink, as_error(reply));
  answer = reply.is_ok() ? nlohmann::json::parse(text) : nlohmann::json();
  return reply;
}

Reply Connection::render(const nlohmann::json& operation, nlohmann::json& answer) {
  return rendered(raw_, operation, answer);
}

Reply outline(const nlohmann::json& operation, nlohmann::json& answer) {
  return rendered(nullptr, operation, answer);
}

std::optional<nlohmann::json> server_options() {
  const char* url = std::getenv("GARBOARD_TEST_POSTGRES_URL");
  if (url == nullptr || *url == '\0') return std::nullopt;
  // postgres://user:password@host:port/database, nothing percent-encoded
  std::string rest(url);
  rest.erase(0, rest.find("://") + 3);
  const auto take = [&](char end) {
    const std::size_t at = std::min(rest.find(end), rest.size());
    std::string part = rest.substr(0, at);
    rest.erase(0, std::min(at + 1, rest.size()));
    return part;
  };
  nlohmann::json options;
  options["user"] = take(':');
  options["password"] = take('@');
  options["host"] = take(':');
  options["port"] = std::stoi(take('/'));
  options["database"] = rest;
  options["params"] = nlohmann::json::object();
  options["connectTimeoutMs"] = 10000;
  return options;
}

void ServerTest::SetUp() {
  const auto found = server_options();
  if (!found) {
    const char* required = std::getenv("GARBOARD_TEST_REQUIRE_SERVERS");
    if (required != nullptr && std::string_view(required) == "1")
      FAIL() << "GARBOARD_TEST_POSTGRES_URL is not set, and servers are required";
    GTEST_SKIP() << "no PostgreSQL: GARBOARD_TEST_POSTGRES_URL is not set";
  }
  options_ = *found;
  Plugin::get().is_cancelled = false;
  Plugin::get().logs.clear();
  db_ = std::make_unique<Connection>(options_);
}

void ServerTest::use_schema(const std::string& name) {
  ASSERT_TRUE(db().exec("DROP SCHEMA IF EXISTS " + name + " CASCADE").is_ok());
  ASSERT_TRUE(db().exec("CREATE SCHEMA " + name).is_ok());
  ASSERT_TRUE(db().exec("SET search_path = " + name).is_ok());
}

}  // namespace garboard::postgres_tests
