// SPDX-License-Identifier: Apache-2.0
// Opening and closing connections.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include "check.hpp"
#include "connection.hpp"
#include "process_state.hpp"
#include "secret_search.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::chrono::seconds time_to_give_up{15};

/// A port of this machine where nobody answers.
class SilentPort {
 public:
  enum class Kind { closed, silent };
  explicit SilentPort(Kind kind) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || ::bind(socket_, raw, size) != 0 ||
        (kind == Kind::silent && ::listen(socket_, 8) != 0) ||
        ::getsockname(socket_, raw, &size) != 0)
      throw std::system_error(errno, std::generic_category(), "a port of this machine");
    number_ = ntohs(address.sin_port);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  ~SilentPort() { ::close(socket_); }
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

void expect_refused(const Outcome& outcome, gbd_status status, const std::string& what) {
  expect(outcome.status == status,
         what + ": " + name_of(status) + " was expected, not " + outcome.text());
  expect(!outcome.error.message.empty(), what + ": the error has no message");
}

void expect_no_answer(Subject& subject, SilentPort::Kind kind, const std::string& what) {
  const SilentPort port(kind);
  json options = open_options(subject);
  options["host"] = "127.0.0.1";
  options["port"] = port.number();
  options["connectTimeoutMs"] = 1000;
  const auto began = Clock::now();
  const Outcome outcome = Connection::try_open(subject, options);
  const auto took = Clock::now() - began;
  expect_refused(outcome, GBD_E_CONNECT, what);
  expect(took < time_to_give_up,
         what + ": open() came back after " +
             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(took).count()) +
             " s, with a connectTimeoutMs of 1000");
}

void says_that_nobody_answers(Subject& subject) {
  json options = open_options(subject);
  if (options.contains("host")) {
    expect_no_answer(subject, SilentPort::Kind::closed, "a port that is closed");
    expect_no_answer(subject, SilentPort::Kind::silent, "a server that says nothing");
    return;
  }
  const std::string database = options.value("database", "");
  if (database.find('/') == std::string::npos)
    throw Skipped("the URL names neither a host nor a file");
  options["database"] = database + "." + new_name() + "/missing";
  expect_refused(Connection::try_open(subject, options), GBD_E_CONNECT,
                 "a database in a folder that does not exist");
}

void refuses_a_wrong_password(Subject& subject) {
  json options = open_options(subject);
  if (!options.contains("password")) throw Skipped("the URL has no password");
  options["password"] = "not-" + options["password"].get<std::string>();
  expect_refused(Connection::try_open(subject, options), GBD_E_AUTH, "a wrong password");
}

void expect_secret(const SecretSearch& secret, const Subject& subject, const Outcome& outcome,
                   const std::string& what) {
  const gbd_error& error = outcome.error;
  for (const std::string& text :
       {error.message, error.detail, error.hint, error.context_json, error.sqlstate})
    expect(!secret.is_in(text), what + ": the password stands in the error");
  for (const std::string& line : subject.log())
    expect(!secret.is_in(line), what + ": the password stands in the log");
}

void tells_nobody_the_password(Subject& subject) {
  const json good = open_options(subject);
  const std::string canary = "Canary7Qx9Lm2Zt";
  const SecretSearch secret(canary);
  const auto try_canary = [&](const json& options, const std::string& what) {
    expect_secret(secret, subject, Connection::try_open(subject, options), what);
  };
  json options = good;
  options["password"] = canary + " @/%";
  try_canary(options, "a wrong password");
  options["connectTimeoutMs"] = 1000;
  if (good.contains("host")) {
    const SilentPort port(SilentPort::Kind::closed);
    options["host"] = "127.0.0.1";
    options["port"] = port.number();
    try_canary(options, "nobody answers");
  }
  options = good;
  options["params"]["garboard_unknown"] = "1";
  options["password"] = canary;
  try_canary(options, "an unknown parameter");
  options = good;
  options["params"]["password"] = canary;
  try_canary(options, "the password as a parameter");
  // the true one is looked for where nothing else is spelt like it
  const std::string password = good.value("password", "");
  json others = good;
  others.erase("password");
  if (password.size() < 6 || others.dump().find(password) != std::string::npos) return;
  const SecretSearch true_one(password);
  expect_secret(true_one, subject, Connection::try_open(subject, good), "a successful opening");
}

void names_unknown_parameters(Subject& subject) {
  const std::string name = "garboard_unknown_parameter";
  json options = open_options(subject);
  options["params"][name] = "1";
  const Outcome outcome = Connection::try_open(subject, options);
  expect_refused(outcome, GBD_E_INVALID, "an unknown parameter");
  expect(outcome.error.message.find(name) != std::string::npos,
         "the error does not name the parameter " + name + ": " + outcome.text());
}

void open_and_close(Subject& subject) {
  Connection connection(subject);
  must(connection.select("1"), "SELECT 1");
}

void leaves_nothing_behind(Subject& subject) {
  constexpr int warm_up = 100;
  constexpr int wanted = 1000;
  constexpr int enough = 100;
  constexpr std::size_t max_growth = 64;  // bytes of one cycle, by rounding and caches that fill
  for (int i = 0; i < warm_up; ++i) open_and_close(subject);
  const std::size_t threads = thread_count();
  const std::size_t files = open_files();
  const std::size_t heap = heap_in_use();
  const auto deadline = Clock::now() + subject.profile().timeout / 2;
  std::size_t cycles = 0;
  while (cycles < enough || (cycles < wanted && Clock::now() < deadline)) {
    open_and_close(subject);
    ++cycles;
  }
  const auto expect_same = [&](const char* what, std::size_t before, std::size_t now) {
    expect(now <= before, std::to_string(cycles) + " connections, opened and closed, left " +
                              std::to_string(now - before) + " " + what);
  };
  expect_same("threads", threads, thread_count());
  expect_same("open files", files, open_files());
  expect_same("bytes of memory", heap + cycles * max_growth, heap_in_use());
}

void rolls_back_when_closed(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(table.insert(connection, 1, "a"), "INSERT");
  connection.close();
  Connection other(subject);
  expect(table.count(other) == 0, "close() has committed the open transaction");
}

constexpr std::array<Check, 6> checks{{
    {"connection.unreachable", "says GBD_E_CONNECT in time where nobody answers", For::database,
     &says_that_nobody_answers},
    {"connection.password", "says GBD_E_AUTH to a wrong password", For::database,
     &refuses_a_wrong_password},
    {"connection.secrets", "shows the password in no error and no line of the log", For::database,
     &tells_nobody_the_password},
    {"connection.options", "refuses parameters that it does not know, by name", For::database,
     &names_unknown_parameters},
    {"connection.cycles", "leaves no file, thread or memory behind when connections are closed",
     For::database, &leaves_nothing_behind},
    {"connection.rollback", "rolls back when it is closed in a transaction", For::database,
     &rolls_back_when_closed},
}};

}  // namespace

std::span<const Check> connection_checks() noexcept { return checks; }

}  // namespace garboard::conformance
