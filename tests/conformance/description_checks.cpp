// SPDX-License-Identifier: Apache-2.0
// What a driver says of its dialect.
#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "check.hpp"
#include "render_call.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

constexpr std::size_t threads = 4;
constexpr std::size_t calls_of_each = 200;
constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

bool mentions(const std::vector<std::string>& templates, std::string_view what) {
  return std::ranges::any_of(
      templates, [what](const std::string& text) { return text.find(what) != std::string::npos; });
}

void is_valid(Subject& subject) {
  const model::Dialect& dialect = subject.dialect();
  expect(!dialect.name.empty() && dialect.name.find_first_not_of(name_letters) == std::string::npos,
         "name must be of small letters, digits, _ and -, it is \"" + dialect.name + "\"");
  expect(std::string_view("\"`[").find(dialect.identifier_quote) != std::string_view::npos,
         std::string("identifierQuote is none of \", ` and [: ") + dialect.identifier_quote);
  for (const char* const table : {"{table}", "{journal}", "{log}"})
    expect(mentions(dialect.create_ledger, table),
           std::string("no template of ledger.create has ") + table);
  expect(!dialect.now.empty(), "ledger.now is empty");
  expect(!dialect.missing_table_sqlstates.empty(), "ledger.missingTable is empty");
  for (const std::string& state : dialect.missing_table_sqlstates)
    expect(state.size() == 5, "ledger.missingTable holds " + state + ", which is no SQLSTATE");
  for (const std::string& pattern : dialect.non_transactional)
    expect(!pattern.empty() && pattern.front() != ' ' && pattern.back() != ' ' &&
               pattern.find("  ") == std::string::npos,
           "nonTransactional holds \"" + pattern + "\", which is not words with spaces between");
  for (const std::string& limit : {dialect.lock_timeout, dialect.statement_timeout})
    expect(limit.empty() || mentions({limit}, "{ms}") || mentions({limit}, "{s}"),
           "the template has neither {ms} nor {s}: " + limit);
}

void is_stable(Subject& subject) {
  const std::string first = subject.describe();
  expect(subject.describe() == first && subject.describe() == first,
         "three calls of describe did not answer the same");
}

/// All that `ask` answers to many threads at once, without what is equal.
std::set<std::string> answers(const std::function<std::string()>& ask) {
  std::mutex mutex;
  std::set<std::string> all;
  std::vector<std::jthread> asking;
  for (std::size_t i = 0; i < threads; ++i)
    asking.emplace_back([&] {
      std::set<std::string> mine;
      for (std::size_t n = 0; n < calls_of_each; ++n) {
        try {
          mine.insert(ask());
        } catch (const std::exception& failure) {
          mine.insert(failure.what());
        }
      }
      const std::lock_guard lock(mutex);
      all.merge(mine);
    });
  asking.clear();
  return all;
}

void is_thread_safe(Subject& subject) {
  const std::string described = subject.describe();
  const auto descriptions = answers([&] { return subject.describe(); });
  expect(descriptions == std::set{described},
         "describe, called by several threads at once, answered also: " + *descriptions.rbegin());
  const gbd_driver& driver = subject.driver();
  if (!GBD_HAS(gbd_driver, &driver, render)) return;
  const nlohmann::json operation = plain_table("t", "body");
  const std::string rendered = render(subject, operation).answer;
  const auto renderings = answers([&] { return render(subject, operation).answer; });
  expect(renderings == std::set{rendered},
         "render, called by several threads at once, answered also: " + *renderings.rbegin());
}

constexpr std::array<Check, 3> checks{{
    {"describe.valid", "describes a dialect that the host understands", For::driver, &is_valid},
    {"describe.stable", "describes the same each time", For::plugin, &is_stable},
    {"describe.threads", "describes and renders for several threads at once", For::driver,
     &is_thread_safe},
}};

}  // namespace

std::span<const Check> description_checks() noexcept { return checks; }

}  // namespace garboard::conformance
