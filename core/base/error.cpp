// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <utility>

namespace garboard::base {

std::string SourcePosition::text() const {
  std::string text = file;
  if (line == 0) return text;
  text += text.empty() ? "line " : ":";
  text += std::to_string(line);
  if (column != 0) text += ":" + std::to_string(column);
  return text;
}

Error Error::in(std::string_view what) && {
  context.emplace_back(what);
  return std::move(*this);
}

Error Error::hinted(std::string_view what) && {
  if (hint.empty()) hint = what;
  return std::move(*this);
}

Error Error::at(SourcePosition position) && {
  where = std::move(position);
  return std::move(*this);
}

std::string_view reason_of(Code code) noexcept {
  switch (code) {
    case Code::internal:
      return "internal-error";
    case Code::usage:
      return "wrong-usage";
    case Code::pending:
      return "pending";
    case Code::unreachable:
      return "database-unreachable";
    case Code::locked:
      return "locked-by-another-run";
    case Code::retryable:
      return "retryable-conflict";
    case Code::terminated:
      return "terminated";
    case Code::connection_lost:
      return "connection-lost";
    case Code::read_only:
      return "server-read-only";
    case Code::bad_input:
      return "bad-input";
    case Code::authentication:
      return "authentication-failed";
    case Code::permission:
      return "permission-denied";
    case Code::plugin:
      return "plugin-refused";
    case Code::tls:
      return "tls-failed";
    case Code::unsafe_environment:
      return "unsafe-environment";
    case Code::statement_failed:
      return "statement-failed";
    case Code::half_applied:
      return "half-applied";
    case Code::checksum_changed:
      return "checksum-changed";
    case Code::out_of_order:
      return "out-of-order";
    case Code::ahead:
      return "database-ahead";
    case Code::policy_refused:
      return "policy-refused";
    case Code::approval_missing:
      return "approval-missing";
    case Code::some_targets_failed:
      return "some-targets-failed";
  }
  return "internal-error";
}

bool is_retryable_exit(Code code) noexcept {
  const int number = static_cast<int>(code);
  return number >= 10 && number <= 15;
}

}  // namespace garboard::base
