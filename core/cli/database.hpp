// SPDX-License-Identifier: Apache-2.0
// Database: the plugin host and the driver of one command, and connections through it. Also the few
// steps that several commands begin with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/connection.hpp"
#include "execution/connecting.hpp"
#include "execution/ledger.hpp"
#include "plugin_host/host.hpp"
#include "ports/files.hpp"
#include "ports/session.hpp"

namespace garboard::cli {

/// Of this process.
[[nodiscard]] std::filesystem::path executable_path();

/// A plugin host that looks where this process's settings say. Returns without opening any plugin.
[[nodiscard]] std::unique_ptr<plugin_host::Host> make_host(const CommandContext& context);

enum class Access { read_only, read_write };

/// Borrows the context. Outlives its sessions.
class Database final : public ports::Connector {
 public:
  static Result<std::unique_ptr<Database>> load(const CommandContext& context,
                                                Connection connection, Access access);

  /// One attempt.
  Result<std::unique_ptr<ports::Session>> connect() override;
  /// Tries again for a while when the server cannot be reached, as a command does to begin with.
  Result<std::unique_ptr<ports::Session>> connect_patiently();
  /// The same, and reads the tracking table, over another connection if that one is lost.
  Result<execution::OpenLedger> open_ledger(execution::Detail detail);
  void limit_connect_timeout(std::chrono::milliseconds timeout) noexcept { timeout_ = timeout; }
  [[nodiscard]] const model::Dialect& dialect() const noexcept { return driver_->dialect(); }
  /// For people.
  [[nodiscard]] std::string shown() const { return connection_.shown(); }

 private:
  Database(const CommandContext& context, Connection connection, Access access);
  template <class Open>
  auto patiently(const Open& open);

  const CommandContext& context_;
  Access access_;
  Connection connection_;
  std::unique_ptr<plugin_host::Host> host_;
  plugin_host::Driver* driver_ = nullptr;
  std::chrono::milliseconds timeout_;
};

/// The connection that the settings name; its secrets are kept out of all output from now on.
Result<Connection> named_connection(const CommandContext& context);

[[nodiscard]] execution::LedgerOptions ledger_options(const Settings& settings);

}  // namespace garboard::cli
