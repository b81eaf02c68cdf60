// SPDX-License-Identifier: Apache-2.0
#include "cli/database.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "cli/version.hpp"
#include "planning/order.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

// An older run's environment must not choose code for a program with more rights than its caller.
std::string plugin_path() {
  const char* path = secure_getenv("GARBOARD_PLUGIN_PATH");
  return path == nullptr ? "" : path;
}

}  // namespace

std::filesystem::path executable_path() {
  std::array<char, 4096> path{};
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size());
  return n > 0 ? std::filesystem::path(std::string(path.data(), static_cast<std::size_t>(n)))
               : std::filesystem::path();
}

std::unique_ptr<plugin_host::Host> make_host(const CommandContext& context) {
  plugin_host::HostOptions options;
  for (const std::string& directory : context.settings.list("plugin-dir"))
    options.plugin_dirs.push_back(std::filesystem::absolute(directory));
  options.plugin_path = plugin_path();
  options.executable = executable_path();
  options.lock = context.plugin_lock;
  options.version = version_text();
  options.is_cancelled = [interrupt = context.interrupt] {
    return interrupt != nullptr && interrupt->is_requested();
  };
  options.log = [&log = context.log](int level, std::string_view message) {
    log.write(static_cast<LogLevel>(std::clamp(level, 0, 3)), message, {{"source", "plugin"}});
  };
  return std::make_unique<plugin_host::Host>(std::move(options));
}

Result<Connection> named_connection(const CommandContext& context) {
  Result<Connection> connection = find_connection(context.settings, context.environment);
  if (!connection) return connection;
  for (const std::string& secret : connection->secrets) context.log.add_secret(secret);
  return connection;
}

Database::Database(const CommandContext& context, Connection connection, Access access)
    : context_(context),
      access_(access),
      connection_(std::move(connection)),
      host_(make_host(context)),
      timeout_(context.settings.duration("connect-timeout")) {}

Result<std::unique_ptr<Database>> Database::load(const CommandContext& context,
                                                 Connection connection, Access access) {
  std::unique_ptr<Database> database(new Database(context, std::move(connection), access));
  Result<std::reference_wrapper<plugin_host::Driver>> driver =
      database->host_->driver(database->connection_.driver);
  if (!driver) return std::move(driver).error();
  database->driver_ = &driver->get();
  return database;
}

Result<std::unique_ptr<ports::Session>> Database::connect() {
  Result<std::unique_ptr<ports::Session>> session =
      driver_->open(connection_.options_json(timeout_, access_ == Access::read_only));
  if (session) return session;
  Error error = std::move(session).error();
  if (context_.interrupt != nullptr && context_.interrupt->is_requested())
    error.code = Code::terminated;
  return std::move(error).in("connecting to " + shown());
}

/// `open(context, patience)`, in the world of this command.
template <class Open>
auto Database::patiently(const Open& open) {
  InterruptibleClock clock(*context_.interrupt);
  const execution::ConnectContext world{.connector = *this,
                                        .clock = clock,
                                        .interrupt = *context_.interrupt,
                                        .on_retry = [this](const Error& error) {
                                          context_.log.write(LogLevel::warn,
                                                             "trying again: " + error.message,
                                                             {{"event", "connecting"}});
                                        }};
  // a file that cannot be opened stays so; a server may be starting
  const bool is_file = dialect().lock_scope == model::LockScope::begin;
  return open(world, is_file ? execution::Patience{1, {}} : execution::brief_patience);
}

Result<std::unique_ptr<ports::Session>> Database::connect_patiently() {
  return patiently([](const auto& world, execution::Patience patience) {
    return execution::connect(world, patience);
  });
}

Result<execution::OpenLedger> Database::open_ledger(execution::Detail detail) {
  return patiently([&](const auto& world, execution::Patience patience) {
    return execution::open_ledger(world, patience, ledger_options(context_.settings), detail);
  });
}

execution::LedgerOptions ledger_options(const Settings& settings) {
  return {.schema = settings.text("schema"),
          .table = settings.text("table"),
          .app = settings.text("app")};
}

}  // namespace garboard::cli
