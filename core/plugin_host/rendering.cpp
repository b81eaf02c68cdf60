// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/rendering.hpp"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "plugin_host/errors.hpp"
#include "plugin_host/host_table.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;
using base::Result;
using nlohmann::json;

Result<model::Rendered> read_rendering(const std::string& text, const model::Dialect& dialect) {
  const Error unreadable{
      .code = Code::plugin,
      .message = "what the driver " + dialect.name + " rendered is not as it should be",
      .hint = "this is a mistake in the driver"};
  const json answer = json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains("statements")) return unreadable;
  model::Rendered rendered;
  for (const json& statement : answer["statements"]) {
    if (!statement.is_string()) return unreadable;
    rendered.statements.push_back(statement.get<std::string>());
  }
  const auto is_on = [&](const char* key) {
    const auto found = answer.find(key);
    return found != answer.end() && found->is_boolean() && found->get<bool>();
  };
  rendered.needs_database = is_on("needsDatabase");
  rendered.needs_unchecked_transaction = is_on("uncheckedTransaction");
  return rendered;
}

}  // namespace

Result<model::Rendered> render_with(const gbd_driver& table, gbd_conn* connection,
                                    const model::Dialect& dialect,
                                    std::string_view operation_json) {
  if (!GBD_HAS(gbd_driver, &table, render)) {
    return Error{.code = Code::plugin,
                 .message = "the driver " + dialect.name + " cannot render logical operations",
                 .hint = "write the step as `sql`"};
  }
  TextSink text;
  gbd_error failure;
  const gbd_status status = table.render(connection, {operation_json.data(), operation_json.size()},
                                         text.sink(), &failure);
  if (status != GBD_OK) {
    Error error = to_error(status, std::move(failure), dialect.name);
    if (status == GBD_E_UNSUPPORTED || status == GBD_E_INVALID) error.code = Code::bad_input;
    return error;
  }
  if (!text.is_complete())
    return Error{.message = "there was not enough memory for the rendered operation"};
  return read_rendering(text.take(), dialect);
}

}  // namespace garboard::plugin_host
