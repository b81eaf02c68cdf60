// SPDX-License-Identifier: Apache-2.0
// The quick reader must be yaml-cpp's equal for whatever it accepts, and accept what plans are made
// of; damaged plans end in a placed error, never otherwise.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/loading/plan_text.hpp"
#include "loading/readers.hpp"

namespace garboard::loading {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> yaml_files() {
  std::vector<std::filesystem::path> found;
  for (const char* folder : {GARBOARD_TEST_DATA "/good", GARBOARD_TEST_DATA "/bad",
                             GARBOARD_TEST_DATA "/refused_by_decoder_only", GARBOARD_EXAMPLES})
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  return found;
}

enum class Verdict { same, given_up, different };

Verdict compare(const std::string& text) {
  Document quick("p", text, false);
  if (!read_plain_yaml(quick)) return Verdict::given_up;
  Document whole("p", text, false);
  Problems problems;
  if (!read_yaml(whole, problems)) return Verdict::different;
  return quick.nodes() == whole.nodes() ? Verdict::same : Verdict::different;
}

TEST(PlainYaml, ReadsTheExamples) {
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GARBOARD_EXAMPLES)) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_EQ(compare(text_of(entry.path())), Verdict::same) << entry.path();
    ++examples;
  }
  EXPECT_GE(examples, 4U);
}

TEST(PlainYaml, EqualsTheLibraryOrGivesUp) {
  for (const std::string_view text : {
           "a: b\n",
           "a:\n",
           "a:\nb: c\n",
           "a: # c\n  b: c\n",
           "a: 'b'\n",
           "a: \"b\" # c\n",
           "a: 'it''s'\n",
           "a: b # c\n",
           "a: b# c\n",
           "a: b:c\n",
           "a: b: c\n",
           "a: b\n  c\n",
           "a: b\n\n  c\n",
           "a: 'b'\n  c\n",
           "- a\n- b: c\n  d: e\n-  f: g\n   h: i\n",
           "- - a\n",
           "-\n  a\n",
           "a:\n- b\n- c\nd: e\n",
           "a:\n  - b\n  - c\nd: e\n",
           "a: |\n  b\n c\n",
           "a: |\n  b\n   c\n\n  d\n\n\ne: f\n",
           "a: |-\n  b\n\n",
           "a: |\n\n  b\n",
           "a: |\n   \n  b\n",
           "a: |\n  b\n     \nc: d\n",
           "a: |\n\nb: c\n",
           "a: |\n  b\n# c\n",
           "a: |\n  b\n # c\n",
           "a: |\n  # b\n",
           "a: |\n  b\t\n",
           "a: |\n\tb\n",
           "- |\n  a\n- |\n a\n",
           "- a: |\n    b\n  c: d\n",
           "- a: |\n   b\n  c: d\n",
           "a: [b, c]\n",
           "a: [b c , 'd']\n",
           "a: [b,\n  c]\n",
           "a: {b: c, d: [e, {f: g}]}\n",
           "a: {b: c,d: e}\n",
           "a: {b:c}\n",
           "a: []\nb: {}\n",
           "a: [b]c\n",
           "a: [b] c\n",
           "a: [b,]\n",
           "a: [,b]\n",
           "a: [b: c]\n",
           "a: [b#c, d #e]\n",
           "[a, b]\n",
           "{a: b}\n",
           "a: null\n",
           "a: [null, Null]\n",
           "null: a\n",
           "a: ~\n",
           "a: -b\n",
           "a: - b\n",
           "a: .b\n",
           "a: ...\n",
           "...\n",
           "---\na: b\n",
           "a: b\n---\nc: d\n",
           "%A\n---\na: b\n",
           "a : b\n",
           "a:b\n",
           "a: &b c\n",
           "a: *b\n",
           "a: !b c\n",
           "a: ?b\n",
           "? a\n: b\n",
           "a: b\nc\n",
           "a: b\n c: d\n",
           " a: b\n",
           " a: b\nc: d\n",
           "a: 'b\n  c'\n",
           "a: \"b\\n\"\n",
           "a: \"b\"c\n",
           "a: ''''\n",
           "a: ''\nb: \"\"\n",
           "a: >\n  b\n",
           "a: |+\n  b\n\n",
           "a: |2\n   b\n",
           "a: | # c\n  b\n",
           "a:  b  \n",
           "a:\tb\n",
           "a: b\t\n",
           "a: b\tc\n",
           "- a\nb: c\n",
           "- a\n  - b\n",
           "- a: b\n- c\n",
           "- a:\n  - b\n",
           "- a:\n    b: c\n",
           "- a:\n  b: c\n",
           "a:\n  b:\n  c: d\n",
           "a:\n    b: c\n  d: e\n",
           "a_b-c: d\n",
           "1: 2\n",
           "a: (b) [c] {d} % @\n",
           "a: b, c\n",
           "a: \xC3\xBC\n",
           "a: b\xC3\xBC\n",
           "#\n\n # x\na: b\n",
           "a: b #\n",
           "a: /b#c\n",
           "a:   |\n  b\n",
           "a: |x\n  b\n",
           "a: [b]#c\n",
           "a: 'b'#c\n",
           "- # a\n  b\n",
           "- a #b\n",
           "a: b\n#c\n  d\n",
           "a: |\n  b",
           "a: b",
           "",
           "\n",
           "# a\n",
       })
    EXPECT_NE(compare(std::string(text)), Verdict::different) << text;
}

/// Random texts of the pieces that YAML's structure is made of, and random damage to plans.
TEST(PlainYaml, EqualsTheLibraryForRandomTexts) {
  std::mt19937 random(20240101);  // NOLINT(bugprone-random-generator-seed): repeatable
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::vector<std::string> pieces{
      "a",   "b: ", "c:\n",  "- ",     "\n",       "  ",       "    ",    " ",
      "# x", "'q'", "\"q\"", "|\n",    "|-\n",     ": ",       "[",       "]",
      "{",   "}",   ", ",    "x y",    "\n\n",     "~",        "null",    "1",
      "'",   "\"",  ">",     "k: v\n", "  k: v\n", "- k: v\n", "  - v\n", "k: |\n    v\n",
      "\t",  "&",   "*",     "!",      "---\n"};
  std::size_t same = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text;
    const std::size_t length = 1 + pick(12);
    for (std::size_t i = 0; i < length; ++i) text += pieces[pick(pieces.size())];
    if (pick(4) != 0) text += '\n';
    const Verdict verdict = compare(text);
    ASSERT_NE(verdict, Verdict::different) << text;
    same += verdict == Verdict::same ? 1U : 0U;
  }
  EXPECT_GT(same, 500U);
  for (const auto& path : yaml_files()) {
    const std::string plan = normalized(text_of(path));
    for (int round = 0; round < 200 && !plan.empty(); ++round) {
      std::string text = plan;
      const std::size_t at = pick(text.size());
      switch (pick(3)) {
        case 0:
          text.erase(at, 1 + pick(3));
          break;
        case 1:
          text.insert(at, pieces[pick(pieces.size())]);
          break;
        default:
          text.replace(at, 1, pieces[pick(pieces.size())]);
          break;
      }
      ASSERT_NE(compare(text), Verdict::different) << path << "\n" << text;
    }
  }
}

void expect_plan_or_places(const std::string& text, const std::string& name) {
  const auto result = load_text(text, name);
  if (result) {
    EXPECT_FALSE(result->items.empty());
    return;
  }
  std::vector<base::Error> errors = result.error().others;
  errors.push_back(result.error());
  for (const base::Error& error : errors) {
    EXPECT_EQ(error.where.file, name) << text;
    EXPECT_GT(error.where.line, 0U) << text;
    EXPECT_GT(error.where.column, 0U) << text;
    EXPECT_FALSE(error.message.empty());
  }
}

TEST(DamagedPlans, EndInAPlanOrInAPlacedError) {
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): repeatable
  for (const auto& path : yaml_files()) {
    const std::string plan = text_of(path);
    const bool is_long = plan.size() > 1500;
    for (std::size_t length = 0; length <= plan.size(); length += is_long ? 7 : 1)
      expect_plan_or_places(plan.substr(0, length), "plan.yaml");
    for (int round = 0; round < 40 && !plan.empty(); ++round) {
      std::string text = plan;
      text[random() % text.size()] = static_cast<char>(random() % 256);
      expect_plan_or_places(text, "plan.yaml");
    }
  }
  const std::string json = text_of(GARBOARD_EXAMPLES "/all.json");
  ASSERT_FALSE(json.empty());
  for (std::size_t length = 0; length + 2 < json.size(); ++length) {
    const auto result = load_text(json.substr(0, length), "plan.json");
    EXPECT_FALSE(result) << length;
    expect_plan_or_places(json.substr(0, length), "plan.json");
  }
}

}  // namespace
}  // namespace garboard::loading
