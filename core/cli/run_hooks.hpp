// SPDX-License-Identifier: Apache-2.0
// RunHooks: the hooks of one command, from the hooks file to the end of the run. Without a hooks
// file there are none, and nothing is done.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/database.hpp"
#include "hooks/hooks.hpp"
#include "hooks/run_facts.hpp"
#include "model/plan.hpp"
#include "model/run_report.hpp"
#include "plugin_host/host.hpp"
#include "ports/files.hpp"
#include "ports/session.hpp"

namespace garboard::cli {

/// What of a command its hooks are asked about: steps that run, or would run.
struct HookedMigration {
  const model::Change* change = nullptr;
  bool is_rollback = false;
};

[[nodiscard]] std::vector<HookedMigration> hooked_migrations(const model::Plan& plan);

class RunHooks {
 public:
  /// Reads the file that --hooks names. The context outlives it.
  static Result<std::unique_ptr<RunHooks>> load(CommandContext& context, ports::Files& files);
  /// The same for hooks that no file names.
  static Result<std::unique_ptr<RunHooks>> make(CommandContext& context,
                                                std::vector<model::HookSpec> specs);

  /// Tells that the plan is ready and, if anything is to be done, asks whether it may be; the
  /// session serves the hooks' questions meanwhile. Code::policy_refused when it may not.
  Result<void> before_run(std::vector<HookedMigration> migrations, const Database& database,
                          ports::Session& session, ports::Files& files);
  /// The same without a database.
  Result<void> before_run(std::vector<HookedMigration> migrations,
                          const plugin_host::Driver& driver, ports::Files& files);
  /// What watches and guards a run; `observer` is told everything too. nullptr without hooks.
  [[nodiscard]] ports::Gate* gate() noexcept { return hooks_->empty() ? nullptr : hooks_.get(); }
  [[nodiscard]] ports::Observer& observer(ports::Observer& observer) noexcept;
  void remember(const model::RunReport& report);
  /// Tells how the command ended, puts the findings into its report, and lets the hooks go.
  Result<int> end(Result<int> ended);

  [[nodiscard]] const std::vector<model::Finding>& findings() const { return hooks_->findings(); }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

 private:
  explicit RunHooks(CommandContext& context);
  void begin(std::string dialect, std::string version, std::string address);
  Result<void> ask(const model::Dialect& dialect, ports::Files& files,
                   const std::function<Result<model::Rendered>(const std::string&)>& outline,
                   const hooks::QueryRows& query);
  [[nodiscard]] hooks::RunEnd how_it_ended(const Result<int>& ended) const;

  CommandContext& context_;
  const std::string run_id_;
  std::unique_ptr<plugin_host::Host> host_;
  std::unique_ptr<hooks::Hooks> hooks_;
  std::vector<HookedMigration> migrations_;
  std::vector<model::RunReport> reports_;
  bool has_begun_ = false;
};

/// Findings for the report's document.
[[nodiscard]] Json findings_json(std::span<const model::Finding> findings);

}  // namespace garboard::cli
