// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/errors.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::plugin_host {
namespace {

using base::Code;

std::string copy(gbd_str text) {
  return text.ptr == nullptr ? "" : std::string(text.ptr, text.len);
}

Code code_of_status(gbd_status status) noexcept {
  switch (status) {
    case GBD_E_INVALID:
      return Code::bad_input;
    case GBD_E_UNSUPPORTED:
      return Code::plugin;
    case GBD_E_CONNECT:
      return Code::unreachable;
    case GBD_E_AUTH:
      return Code::authentication;
    case GBD_E_SQL:
      return Code::statement_failed;
    case GBD_E_CANCELLED:
      return Code::terminated;
    case GBD_E_TIMEOUT:
      return Code::retryable;
    case GBD_E_LOCK_BUSY:
      return Code::locked;
    default:
      return Code::internal;
  }
}

std::string_view what_status_means(gbd_status status) noexcept {
  switch (status) {
    case GBD_E_INVALID:
      return "refused what it was given";
    case GBD_E_UNSUPPORTED:
      return "cannot do this";
    case GBD_E_CONNECT:
      return "could not connect";
    case GBD_E_AUTH:
      return "was not let in by the server";
    case GBD_E_SQL:
      return "was refused a statement by the server";
    case GBD_E_CANCELLED:
      return "was stopped";
    case GBD_E_TIMEOUT:
      return "waited too long";
    case GBD_E_LOCK_BUSY:
      return "found the lock taken";
    case GBD_E_NOMEM:
      return "ran out of memory";
    default:
      return "failed inside";
  }
}

/// "class" of the context, which the driver sets where a status cannot say it.
std::optional<Code> code_of_class(const std::string& context_json) {
  if (context_json.empty()) return std::nullopt;
  const auto context = nlohmann::json::parse(context_json, nullptr, false);
  if (!context.is_object()) return std::nullopt;
  const auto found = context.find("class");
  if (found == context.end()) return std::nullopt;
  if (*found == "permission") return Code::permission;
  if (*found == "readOnly") return Code::read_only;
  if (*found == "tls") return Code::tls;
  return std::nullopt;
}

/// "row" of the context: which of the rows that were sent the server refused.
std::optional<std::uint64_t> row_of(const std::string& context_json) {
  if (context_json.empty()) return std::nullopt;
  const auto context = nlohmann::json::parse(context_json, nullptr, false);
  if (!context.is_object() || !context.contains("row")) return std::nullopt;
  const auto& row = context["row"];
  return row.is_number_unsigned() ? std::optional(row.get<std::uint64_t>()) : std::nullopt;
}

Code code_of(gbd_status status, const gbd_error& error) {
  if (const auto named = code_of_class(error.context_json)) return *named;
  const Code code = code_of_status(status);
  const bool is_from_a_statement =
      code == Code::statement_failed || code == Code::internal || code == Code::retryable;
  if ((error.flags & GBD_EF_CONN_LOST) != 0 && is_from_a_statement) return Code::connection_lost;
  if (status == GBD_E_TIMEOUT && (error.flags & GBD_EF_RETRYABLE) == 0)
    return Code::statement_failed;
  if ((error.flags & GBD_EF_RETRYABLE) != 0 && code == Code::statement_failed)
    return Code::retryable;
  return code;
}

}  // namespace

void copy_error(gbd_error& into, const gbd_error_info& info) {
  const auto reaches = [&info](std::size_t end) { return info.size >= end; };
#define GARBOARD_HAS_FIELD(field) \
  reaches(offsetof(gbd_error_info, field) + sizeof(gbd_error_info::field))
  into = gbd_error{};
  if (GARBOARD_HAS_FIELD(flags)) into.flags = info.flags;
  if (GARBOARD_HAS_FIELD(native_code)) into.native_code = info.native_code;
  if (GARBOARD_HAS_FIELD(position)) into.position = info.position;
  if (GARBOARD_HAS_FIELD(sqlstate)) into.sqlstate = copy(info.sqlstate);
  if (GARBOARD_HAS_FIELD(message)) into.message = copy(info.message);
  if (GARBOARD_HAS_FIELD(detail)) into.detail = copy(info.detail);
  if (GARBOARD_HAS_FIELD(hint)) into.hint = copy(info.hint);
  if (GARBOARD_HAS_FIELD(context_json)) into.context_json = copy(info.context_json);
#undef GARBOARD_HAS_FIELD
}

base::Error to_error(gbd_status status, gbd_error&& error, std::string_view driver,
                     std::string_view sql) {
  base::Error result{.code = code_of(status, error), .message = std::move(error.message)};
  if (result.message.empty())
    result.message = "the driver " + std::string(driver) + " " +
                     std::string(what_status_means(status)) + " and gave no reason";
  if (!error.detail.empty()) result.message += "\n" + error.detail;
  result.hint = std::move(error.hint);
  if (error.sqlstate.size() == 5) result.sqlstate = std::move(error.sqlstate);
  result.native_code = error.native_code;
  result.row = row_of(error.context_json);
  if (error.position >= 0 && std::cmp_less_equal(error.position, sql.size()) && !sql.empty())
    result.statement_position = error.position;
  result.is_outcome_unknown = (error.flags & GBD_EF_OUTCOME_UNKNOWN) != 0;
  // a driver that says both is wrong; running it twice would be worse
  result.is_retryable = (error.flags & GBD_EF_RETRYABLE) != 0 && !result.is_outcome_unknown;
  // of what is not to be tried again, a timeout is the limit on the statement itself
  if (status == GBD_E_TIMEOUT && result.code == Code::statement_failed)
    result.reason = "statement-timeout";
  result.is_connection_lost = (error.flags & GBD_EF_CONN_LOST) != 0;
  result.is_transaction_aborted = (error.flags & GBD_EF_TX_ABORTED) != 0;
  return result;
}

}  // namespace garboard::plugin_host
