// SPDX-License-Identifier: Apache-2.0
// The SQL that a driver makes of logical operations.
#include <array>
#include <set>
#include <string>

#include "check.hpp"
#include "hostile_names.hpp"
#include "lexical_texts.hpp"
#include "render_call.hpp"

namespace garboard::conformance {
namespace {

using nlohmann::json;

constexpr const char* unknown_word = "conformanceUnknown";

void has_a_shape(Subject& subject) {
  for (const auto& [label, operation] : operation_examples("gbd_c")) {
    const Rendered rendered = render(subject, operation);
    if (rendered.status == GBD_E_UNSUPPORTED) continue;
    expect(rendered.is_ok(), label + ": " + rendered.text());
    expect(!rendered.statements.empty(), label + ": there is no statement: " + rendered.answer);
  }
}

/// Is it refused as the profile says?
bool is_refused(Subject& subject, const OperationExample& example, const Rendered& rendered) {
  const bool is_declared = subject.database().unsupported.contains(example.label);
  if (rendered.status != GBD_E_UNSUPPORTED) {
    expect(!is_declared, "the profile says that " + example.label +
                             " is unsupported, render answered " + rendered.text());
    return false;
  }
  expect(!rendered.error.message.empty(), example.label + " is refused without a message");
  expect(is_declared, example.label + " is refused (" + rendered.error.message +
                          "); if the database has no such thing, say so in the profile: " +
                          "\"database\":{\"unsupported\":{\"" + example.label + "\":\"why\"}}");
  return true;
}

void refuses_what_is_declared(Subject& subject) {
  std::set<std::string> labels;
  for (const OperationExample& example : operation_examples("gbd_c")) {
    labels.insert(example.label);
    (void)is_refused(subject, example, render(subject, example.operation));
  }
  for (const auto& [label, why] : subject.database().unsupported)
    expect(labels.contains(label),
           "the profile says that " + label + " is unsupported, there is no such operation");
}

void expect_named(const Rendered& rendered, const std::string& about) {
  expect(rendered.status == GBD_E_UNSUPPORTED,
         about + ": GBD_E_UNSUPPORTED was expected, render answered " + rendered.text());
  expect(rendered.error.message.find(unknown_word) != std::string::npos,
         about + ": the message does not name it: " + rendered.error.message);
}

void refuses_the_unknown(Subject& subject) {
  expect_named(render(subject, {{"op", unknown_word}, {"name", "t"}}), "an unknown operation");
  for (const auto& [label, operation] : operation_examples("gbd_c")) {
    if (!render(subject, operation).is_ok()) continue;
    json wrong = operation;
    wrong[unknown_word] = true;
    expect_named(render(subject, wrong), label + " with an unknown key");
  }
  json wrong = plain_table("t", "body");
  wrong["columns"][0][unknown_word] = 1;
  expect_named(render(subject, wrong), "createTable with an unknown key in a column");
}

/// Drops what a check has left behind.
class Leftovers {
 public:
  Leftovers(Subject& subject, const std::string& prefix) : subject_(subject) {
    for (const char* const name : {"_orders_old", "_orders", "_customers", "_types"})
      names_.push_back(prefix + name);
  }
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;
  ~Leftovers() {
    try {
      Connection connection(subject_);
      for (const std::string& name : names_) (void)connection.exec("DROP TABLE " + name);
    } catch (const std::exception&) {
      return;  // the check has said what it found
    }
  }

 private:
  Subject& subject_;
  std::vector<std::string> names_;
};

void runs(Subject& subject) {
  const std::string prefix = new_name();
  const Leftovers leftovers(subject, prefix);
  Connection connection(subject);
  for (const OperationExample& example : operation_examples(prefix)) {
    const Rendered rendered = render(subject, example.operation, connection.raw());
    if (!is_refused(subject, example, rendered))
      run_operation(subject, connection, example.operation);
  }
}

constexpr std::array<Check, 6> checks{{
    {"render.shape", "renders every operation as statements", For::driver, &has_a_shape},
    {"render.unsupported", "refuses the operations that the profile says, with a message",
     For::database, &refuses_what_is_declared},
    {"render.unknown", "refuses operations and keys that it does not know, by their name",
     For::driver, &refuses_the_unknown},
    {"render.runs", "renders what the server runs", For::database, &runs},
    {"render.names", "quotes names and values, whatever is in them", For::database,
     &quotes_hostile_names},
    {"lexer.agrees", "describes how its server reads a text", For::database,
     &reads_as_its_server_does},
}};

}  // namespace

std::span<const Check> rendering_checks() noexcept { return checks; }

}  // namespace garboard::conformance
