// SPDX-License-Identifier: Apache-2.0
#include "render_call.hpp"

#include <utility>

#include "plugin_host/host_table.hpp"

namespace garboard::conformance {
namespace {

using nlohmann::json;

bool flag(const json& answer, const char* key) {
  const auto found = answer.find(key);
  if (found == answer.end()) return false;
  expect(found->is_boolean(), std::string(key) + " is neither true nor false: " + answer.dump());
  return found->get<bool>();
}

void read_answer(Rendered& rendered) {
  const json answer = json::parse(rendered.answer, nullptr, false);
  expect(answer.is_object() && answer.contains("statements") && answer["statements"].is_array(),
         "it is not {\"statements\":[..]}: " + rendered.answer);
  for (const json& statement : answer["statements"]) {
    expect(statement.is_string(), "a statement is no text: " + rendered.answer);
    rendered.statements.push_back(statement.get<std::string>());
    const std::string& text = rendered.statements.back();
    const auto end = text.find_last_not_of(" \t\r\n");
    expect(end != std::string::npos, "a statement is empty: " + rendered.answer);
    expect(text[end] != ';', "a statement ends with a semicolon: " + text);
  }
  (void)flag(answer, "needsDatabase");
  rendered.is_unchecked = flag(answer, "uncheckedTransaction");
}

}  // namespace

Rendered render(Subject& subject, const json& operation, gbd_conn* connection) {
  const gbd_driver& driver = subject.driver();
  if (!GBD_HAS(gbd_driver, &driver, render)) throw Skipped("the driver has no render");
  const std::string text = operation.dump();
  plugin_host::TextSink sink;
  Rendered rendered;
  rendered.status = driver.render(connection, sdk::str(text), sink.sink(), &rendered.error);
  rendered.answer = sink.take();
  if (!rendered.is_ok()) return rendered;
  try {
    read_answer(rendered);
  } catch (const Failed& reason) {
    throw Failed("the answer to " + text + ": " + reason.what());
  }
  return rendered;
}

void run_operation(Subject& subject, Connection& connection, const json& operation) {
  const Rendered rendered = render(subject, operation, connection.raw());
  expect(rendered.is_ok(), operation.dump() + ": " + rendered.text());
  if (rendered.is_unchecked) must(connection.tx(GBD_TX_BEGIN_UNCHECKED), "GBD_TX_BEGIN_UNCHECKED");
  for (const std::string& statement : rendered.statements)
    must(connection.exec(statement), operation.dump() + ", rendered as " + statement);
  if (rendered.is_unchecked) must(connection.tx(GBD_TX_COMMIT), "GBD_TX_COMMIT");
}

}  // namespace garboard::conformance
