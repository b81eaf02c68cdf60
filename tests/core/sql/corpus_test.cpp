// SPDX-License-Identifier: Apache-2.0
// Runs the splitting cases of an outside corpus: exact bytes, lines, columns. Built only where that
// corpus is.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "core/sql/pieces.hpp"

namespace garboard::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path corpora() {
  const char* chosen = std::getenv("GARBOARD_TEST_CORPORA");
  return chosen != nullptr && *chosen != '\0' ? chosen : GARBOARD_DEFAULT_CORPORA;
}

std::string decoded(const std::string& base64) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int have = 0;
  for (const char c : base64) {
    const std::size_t value = digits.find(c);
    if (value == std::string::npos) continue;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(have) & 0xFFU));
  }
  return bytes;
}

std::string input_of(const Json& one, const fs::path& folder) {
  if (one.contains("input")) return one["input"];
  if (one.contains("input_b64")) return decoded(one["input_b64"]);
  std::ifstream file(folder / one["input_file"].get<std::string>(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void expect_item(const Json& item, const SplitPiece& piece, const std::string& input) {
  const Json& from = item["from"];
  const std::size_t begin = from["byte"];
  const std::size_t end = item["to"]["byte"];
  EXPECT_EQ(piece.byte, begin);
  EXPECT_EQ(piece.line, from["line"].get<std::uint32_t>());
  EXPECT_EQ(piece.column, from["col"].get<std::uint32_t>());
  // Comments behind the last token are outside, though one case has one inside.
  const std::string text = input.substr(begin, end - begin);
  EXPECT_TRUE(text.starts_with(piece.text)) << piece.text << "\nexpected " << text;
  EXPECT_EQ(piece.end_byte, begin + piece.text.size());
  const std::size_t rest = text.find_first_not_of(" \n", piece.text.size());
  EXPECT_TRUE(rest == std::string::npos || text.substr(rest, 2) == "/*") << piece.text;
}

void expect_case(const Json& one, const fs::path& folder, const model::LexicalTraits& traits) {
  const std::string input = input_of(one, folder);
  for (const std::size_t chunk : {std::size_t{7}, std::size_t{1} << 20U}) {
    const Split got = split(traits, input, chunk);
    const bool must_fail =
        one.contains("error") && !one["error"].is_null() && !one["error"].value("optional", false);
    ASSERT_EQ(!got.error.empty(), must_fail) << got.error;
    if (must_fail) {
      const Json& at = one["error"]["at"];
      const std::string place =
          std::to_string(at["line"].get<int>()) + ":" + std::to_string(at["col"].get<int>()) + ":";
      EXPECT_TRUE(got.error.starts_with(place)) << got.error << ", expected at " << place;
    }
    std::vector<Json> wanted;
    for (const Json& item : one["items"]) {
      if (item["kind"] == "sql") wanted.push_back(item);
    }
    std::vector<SplitPiece> pieces;
    for (const SplitPiece& piece : got.pieces) {
      if (piece.kind == sql::Piece::Kind::statement) pieces.push_back(piece);
    }
    // What lies behind the error need not be split.
    if (must_fail && wanted.size() > pieces.size()) wanted.resize(pieces.size());
    ASSERT_EQ(pieces.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_item(wanted[i], pieces[i], input);
  }
}

void expect_cases(const std::string& dialect, const model::LexicalTraits& traits) {
  const fs::path folder = corpora() / "split";
  std::size_t count = 0;
  if (fs::is_directory(folder)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(dialect) || !name.ends_with(".json")) continue;
      std::ifstream file(entry.path());
      const Json document = Json::parse(file);
      for (const Json& one : document["cases"]) {
        SCOPED_TRACE(one["id"].get<std::string>());
        ++count;
        expect_case(one, folder, traits);
      }
    }
  }
  EXPECT_GT(count, 0U) << "no cases for " << dialect << " in " << folder;
}

TEST(SplitCorpus, PostgresCasesAreCutExactly) { expect_cases("postgres", postgres_traits()); }
TEST(SplitCorpus, MysqlCasesAreCutExactly) { expect_cases("mysql", mysql_traits()); }
TEST(SplitCorpus, SqliteCasesAreCutExactly) { expect_cases("sqlite", sqlite_traits()); }

}  // namespace
}  // namespace garboard::testing
