// SPDX-License-Identifier: Apache-2.0
#include "plugins/mysql/driver.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>

struct gbd_error {
  garboard::mysql_test::Outcome* outcome;
};

namespace garboard::mysql_test {
namespace {

std::atomic<bool> host_cancelled{false};

std::string text_of(gbd_str text) {
  return text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len);
}
gbd_str str(std::string_view text) { return {text.data() ? text.data() : "", text.size()}; }

void fail(gbd_error* error, const gbd_error_info* info) noexcept {
  Outcome& outcome = *error->outcome;
  outcome.flags = info->flags;
  outcome.native_code = info->native_code;
  outcome.position = info->position;
  outcome.sqlstate = text_of(info->sqlstate);
  outcome.message = text_of(info->message);
  outcome.hint = text_of(info->hint);
  outcome.context = text_of(info->context_json);
}

const gbd_host host = {
    sizeof(gbd_host),
    GARBOARD_ABI_MINOR,
    GBD_LIT("test"),
    GBD_LIT("0"),
    [](const gbd_host*, int32_t, gbd_str, gbd_str) noexcept {},
    &fail,
    [](const gbd_host*) noexcept -> int32_t { return host_cancelled ? 1 : 0; },
    [](const gbd_host*, const char*) noexcept -> const void* { return nullptr; }};

const gbd_driver* load() {
  void* file = dlopen(GARBOARD_MYSQL_PLUGIN, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (file == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::abort();
  }
  const auto entry =
      reinterpret_cast<decltype(&garboard_plugin_v1)>(dlsym(file, "garboard_plugin_v1"));
  Outcome ignored;
  gbd_error error{&ignored};
  entry()->init(&host, &error);
  return static_cast<const gbd_driver*>(entry()->get_interface("garboard.driver/1"));
}

void append(void* text, const char* p, size_t n) noexcept {
  static_cast<std::string*>(text)->append(p, n);
}

// Runs one slot with a fresh error and fills the status in.
template <class Call>
Outcome call(const Call& slot) {
  Outcome outcome;
  gbd_error error{&outcome};
  outcome.status = slot(outcome, &error);
  return outcome;
}

struct Reading {
  Outcome* outcome;
  std::size_t max_rows;
};

void take_columns(void* ctx, const gbd_str* names, size_t n) noexcept {
  for (size_t i = 0; i < n; ++i)
    static_cast<Reading*>(ctx)->outcome->columns.push_back(text_of(names[i]));
}

int32_t take_row(void* ctx, const gbd_str* cells, size_t n) noexcept {
  auto& reading = *static_cast<Reading*>(ctx);
  std::vector<Cell> row;
  for (size_t i = 0; i < n; ++i)
    row.push_back(cells[i].ptr == nullptr ? Cell{} : Cell{text_of(cells[i])});
  reading.outcome->rows.push_back(std::move(row));
  return reading.outcome->rows.size() >= reading.max_rows ? 1 : 0;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

// mysql://user:password@host:port/database
nlohmann::json options_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  const std::string_view login = url.substr(0, url.rfind('@'));
  std::string_view place = url.substr(url.rfind('@') + 1);
  const std::size_t slash = place.find('/'), colon = place.find(':');
  return {{"user", decoded(login.substr(0, login.find(':')))},
          {"password", decoded(login.substr(login.find(':') + 1))},
          {"host", std::string(place.substr(0, colon))},
          {"port", std::stoi(std::string(place.substr(colon + 1, slash - colon - 1)))},
          {"database", std::string(place.substr(slash + 1))}};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << "status " << o.status << " flags " << o.flags << " " << o.native_code << "/"
             << o.sqlstate << " at " << o.position << ": " << o.message;
}

const gbd_driver& driver() {
  static const gbd_driver* table = load();
  return *table;
}

void set_host_cancelled(bool is_cancelled) { host_cancelled = is_cancelled; }

Connection::Connection(const nlohmann::json& options) {
  const std::string text = options.dump();
  opened_ = call([&](Outcome&, gbd_error* e) { return driver().open(str(text), &raw_, e); });
}

void Connection::close() {
  if (raw_ != nullptr) driver().close(raw_);
  raw_ = nullptr;
}

Outcome Connection::exec(std::string_view sql, const std::vector<Cell>& params,
                         std::size_t max_rows) {
  std::vector<gbd_str> raw_params;
  raw_params.reserve(params.size());
  for (const Cell& p : params) raw_params.push_back(p ? str(*p) : gbd_str{nullptr, 0});
  // not NUL-terminated, in a block of its own, so that a sanitizer sees a read beyond the end
  const std::vector<char> exact(sql.begin(), sql.end());
  return call([&](Outcome& outcome, gbd_error* e) {
    Reading reading{&outcome, max_rows};
    const gbd_call options{
        sizeof(gbd_call), 0,       0, raw_params.data(), raw_params.size(), &reading,
        take_columns,     take_row};
    return driver().exec(raw_, {exact.data(), exact.size()}, &options, &outcome.affected, e);
  });
}

Outcome Connection::batch(const std::vector<std::string>& statements, std::uint32_t flags) {
  std::vector<gbd_stmt> raw;
  raw.reserve(statements.size());
  for (const std::string& sql : statements) raw.push_back({str(sql), nullptr, 0});
  return call([&](Outcome& outcome, gbd_error* e) {
    return driver().batch(raw_, raw.data(), raw.size(), flags, nullptr, &outcome.done, e);
  });
}

Outcome Connection::tx(std::int32_t op) {
  return call([&](Outcome&, gbd_error* e) { return driver().tx(raw_, op, e); });
}
Outcome Connection::lock(std::string_view key, std::int64_t timeout_ms) {
  return call([&](Outcome&, gbd_error* e) { return driver().lock(raw_, str(key), timeout_ms, e); });
}
Outcome Connection::unlock(std::string_view key) {
  return call([&](Outcome&, gbd_error* e) { return driver().unlock(raw_, str(key), e); });
}
Outcome Connection::cancel() {
  return call([&](Outcome&, gbd_error* e) { return driver().cancel(raw_, e); });
}
Outcome Connection::fingerprint(std::string_view sql) {
  return call([&](Outcome& outcome, gbd_error* e) {
    const gbd_sink sink{&outcome.text, append};
    return driver().fingerprint(raw_, str(sql), &sink, e);
  });
}
Outcome Connection::server_info() {
  return call([&](Outcome& outcome, gbd_error* e) {
    const gbd_sink sink{&outcome.text, append};
    return driver().server_info(raw_, &sink, e);
  });
}

static Outcome rendered(gbd_conn* raw, const nlohmann::json& operation) {
  const std::string input = operation.dump();
  return call([&](Outcome& outcome, gbd_error* e) {
    const gbd_sink sink{&outcome.text, append};
    return driver().render(raw, str(input), &sink, e);
  });
}
Outcome Connection::render(const nlohmann::json& operation) { return rendered(raw_, operation); }
Outcome outline(const nlohmann::json& operation) { return rendered(nullptr, operation); }

void OnServer::SetUp() {
  const std::string variable = std::string("GARBOARD_TEST_") + GetParam() + "_URL";
  const char* url = std::getenv(variable.c_str());
  if (url == nullptr || *url == '\0') {
    const char* required = std::getenv("GARBOARD_TEST_REQUIRE_SERVERS");
    if (required != nullptr && std::string_view(required) == "1") FAIL() << variable << " not set";
    GTEST_SKIP() << variable << " is not set";
  }
  options_ = options_of(url);
  database_ = "garboard_driver_" + std::to_string(getpid());
  Connection first(options_);
  ASSERT_TRUE(first.opened().ok()) << first.opened();
  ASSERT_TRUE(first.exec("DROP DATABASE IF EXISTS " + database_).ok());
  ASSERT_TRUE(first.exec("CREATE DATABASE " + database_ + " CHARACTER SET utf8mb4").ok());
  options_["database"] = database_;
  connection_ = new Connection(options_);
  ASSERT_TRUE(connection_->opened().ok()) << connection_->opened();
}

void OnServer::TearDown() {
  set_host_cancelled(false);
  delete connection_;
  if (connection_ == nullptr) return;
  Connection last(options_);
  EXPECT_TRUE(last.exec("DROP DATABASE IF EXISTS " + database_).ok());
}

void OnServer::must(std::string_view sql) {
  const Outcome outcome = run(sql);
  ASSERT_TRUE(outcome.ok()) << sql << ": " << outcome;
}

}  // namespace garboard::mysql_test
