// SPDX-License-Identifier: Apache-2.0
// Hooks: all hooks of a run. They are asked before something is done, and told what was.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "hooks/event_json.hpp"
#include "hooks/hook.hpp"
#include "hooks/run_facts.hpp"
#include "model/finding.hpp"
#include "ports/gate.hpp"
#include "ports/observer.hpp"

namespace garboard::hooks {

class Hooks final : public ports::Gate, public ports::Observer {
 public:
  /// Looks for each hook's file; Code::plugin when one is missing or refused.
  static Result<std::unique_ptr<Hooks>> make(std::vector<model::HookSpec> specs, HookWorld world);

  [[nodiscard]] bool empty() const noexcept { return hooks_.empty(); }
  [[nodiscard]] bool wants(std::string_view event, bool is_idle = false) const noexcept;

  /// Before anything is told or asked. `redact` goes over every text.
  void begin(RunFacts facts, std::function<std::string(std::string_view)> redact);
  void plan_ready(std::span<const Subject> subjects);
  /// Code::policy_refused, with each finding that denies in `others`, when a hook denies, or cannot
  /// be asked and is not to be ignored then.
  Result<void> before_run(std::span<const Subject> subjects, const QueryRows& query);
  Result<void> ask(const model::Event& event) override;
  [[nodiscard]] bool is_about_statements() const noexcept override { return is_about_statements_; }
  /// Tells those who want to know, and `next`, if any.
  void notice(const model::Event& event) override;
  void pass_on_to(ports::Observer* next) noexcept { next_ = next; }
  /// The end of the run, after which the hooks are gone. Code::plugin when a required one failed.
  Result<void> end(const RunEnd& how);

  /// All that was found, in the order in which it was.
  [[nodiscard]] const std::vector<model::Finding>& findings() const noexcept { return findings_; }

 private:
  explicit Hooks(HookWorld world) : world_(std::move(world)) {}
  void tell(std::string_view type, std::string_view subject, const Json& data,
            bool is_idle = false);
  Result<void> ask_all(std::string_view type, std::string_view subject, const Json& data,
                       const QueryRows& query);
  Result<bool> allows(Hook& hook, std::string_view event_json, const QueryRows& query);
  Result<void> start_all();
  [[nodiscard]] base::Error denial(std::size_t first_finding) const;
  [[nodiscard]] Json place_of(std::string_view id) const;
  [[nodiscard]] Json summary(const RunEnd& how) const;

  HookWorld world_;
  std::vector<std::unique_ptr<Hook>> hooks_;
  std::unique_ptr<EventWriter> writer_;
  ports::Observer* next_ = nullptr;
  bool is_about_statements_ = false;
  std::vector<model::Finding> findings_;
  std::size_t overrides_ = 0;
  mutable std::mutex mutex_;       // of all below: others notice too
  std::vector<Subject> subjects_;  // of the plan that is ready, without outlines
  std::int64_t lock_wait_ms_ = 0;
  std::size_t lock_retries_ = 0;
};

}  // namespace garboard::hooks
