// SPDX-License-Identifier: Apache-2.0
// Every character of an inline script leads back to where it stands in the plan.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "core/loading/plan_text.hpp"
#include "model/step_position.hpp"

namespace garboard::loading {
namespace {

using base::SourcePosition;
using model::position_in_step;
using model::Step;

/// The single character that the position points at; columns are bytes here.
std::string char_at(const std::string& text, const SourcePosition& position) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) at = text.find('\n', at) + 1;
  return text.substr(at + position.column - 1, 1);
}

Step only_step(const std::string& text, const std::string& name = "plan.yaml") {
  const auto changes = load_text(text, name);
  EXPECT_TRUE(changes) << all_of(changes);
  return changes ? changes->items.at(0).up.at(0) : Step{};
}

/// Follows each character of the step back into the plan. False at the first that differs.
void expect_exact(const std::string& text, const Step& step) {
  ASSERT_TRUE(step.is_verbatim) << text;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  for (const char c : step.sql) {
    if (c == '\n') {
      ++line;
      column = 1;
      continue;
    }
    EXPECT_EQ(char_at(text, position_in_step(step, line, column)), std::string(1, c))
        << "line " << line << ", column " << column << " of " << text;
    ++column;
  }
}

TEST(StepPosition, OfVerbatimScalarsIsExact) {
  const std::string up = "  - id: a\n    up:\n";
  for (const std::string& lines : {
           up + "      - sql: SELECT 1;\n",
           up + "      - sql: 'SELECT 1;'\n",
           up + "      - sql:   \"SELECT 1;\"  # why\n",
           up + "      - sql: |\n          SELECT 1;\n            SELECT 2;\n\n          SELECT "
                "3;\n",
           up + "      - sql: |\n\n\n          SELECT 1;\n",
           up + "      - sql: |-\n             SELECT 1;\n",
           up + "      - sql: |2\n             SELECT 1;\n           SELECT 2;\n",
           up + "      - sql: |+ # kept\n          SELECT 1;\n\n",
           up + "      -\n        sql:\n          SELECT 1;\n",
           up + "      - sql:\n          |\n          SELECT 1;\n          SELECT 2;\n",
           up + "    - {sql: SELECT 1;}\n",
       })
    expect_exact(plan_with(lines), only_step(plan_with(lines)));
  const std::string json =
      "{\"version\": 1,\n\"migrations\": [{\"id\": \"a\",\n  \"up\": [{\"sql\" : \"SELECT "
      "1;\"}]}]}";
  expect_exact(json, only_step(json, "plan.json"));
}

TEST(StepPosition, OfAlteredScalarsIsTheirBeginning) {
  const std::string up = "  - id: a\n    up:\n";
  for (const std::string& lines : {
           up + "      - sql: >\n          SELECT\n          1;\n",
           up + "      - sql: \"SELECT\\n1;\"\n",
           up + "      - sql: 'it''s'\n",
           up + "      - sql: SELECT\n          1;\n",
           up + "      - sql: \"SELECT\n          1;\"\n",
       }) {
    const Step step = only_step(plan_with(lines));
    EXPECT_FALSE(step.is_verbatim) << lines;
    EXPECT_EQ(position_in_step(step, 2, 3), (SourcePosition{"plan.yaml", 5, 14})) << lines;
  }
}

TEST(StepPosition, CountsCodePoints) {
  const Step step = only_step(plan_with("  - {name: Größe, id: a, up: [{sql: SELECT 1}]}\n"));
  EXPECT_EQ(step.where, (SourcePosition{"plan.yaml", 3, 37}));
}

TEST(StepPosition, CountsCodePointsOfLongLinesToo) {
  std::string plan = R"({"version": 1, "migrations": [{"id": "a", "metadata": {"x": ")";
  for (int i = 0; i < 3000; ++i) plan += "\xC3\xBC";
  plan += R"("}, "up": [{"sql": "SELECT 1"}]}]})";
  const std::size_t bytes = plan.find("SELECT");
  for (const std::string before : {"", "\n", " \n \n"}) {
    const Step step = only_step(before + plan, "plan.json");
    EXPECT_EQ(step.where.column, bytes - 3000 + 1);
    EXPECT_EQ(step.where.line,
              1U + static_cast<unsigned>(std::count(before.begin(), before.end(), '\n')));
  }
}

TEST(StepPosition, OfFilesIsTheirOwn) {
  MemoryFiles files{{"p/plan.yaml", plan_with("  - id: a\n    up: [{file: a.sql}]\n")},
                    {"p/a.sql", "x"}};
  const auto changes = load_from(files, {"p/plan.yaml"});
  ASSERT_TRUE(changes);
  EXPECT_EQ(position_in_step(changes->items[0].up[0], 7, 9), (SourcePosition{"p/a.sql", 7, 9}));
  EXPECT_EQ(position_in_step(changes->items[0].up[0], 1, 9), (SourcePosition{"p/a.sql", 1, 9}));
}

}  // namespace
}  // namespace garboard::loading
