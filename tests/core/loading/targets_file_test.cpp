// SPDX-License-Identifier: Apache-2.0
#include "loading/targets_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/memory_files.hpp"

namespace garboard::loading {
namespace {

using model::TargetEntry;
using model::UrlSource;
using testing_support::MemoryFiles;

Result<std::vector<TargetEntry>> load(const std::string& text,
                                      const std::string& path = "/f.yaml") {
  MemoryFiles files{{path, text}};
  return load_targets(files, path);
}

/// The place, message and hint of the only mistake.
std::string refusal(const std::string& target) {
  auto targets = load("version: 1\ntargets:\n- " + target + "\n");
  if (targets) return "accepted";
  const base::Error& error = targets.error();
  EXPECT_TRUE(error.others.empty()) << error.others.front().message;
  return std::to_string(error.where.line) + ":" + std::to_string(error.where.column) + ": " +
         error.message + " (" + error.hint + ")";
}

TEST(TargetsFile, ReadsEveryWayToNameAUrlAndASchema) {
  const auto targets = load(
      "version: 1\n"
      "targets:\n"
      "- {name: a, url_env: A_URL, canary: true}\n"
      "- {name: b-2, url_file: /run/secrets/b, set: {REGION: eu, SIZE: 3}}\n"
      "- {name: c, url: 'postgres://c/db', schemas: {query: SELECT 1}}\n"
      "- {name: d, url: 'mysql://d/', schemas: {list: [x, Y z]}}\n");
  ASSERT_TRUE(targets) << targets.error().message;
  ASSERT_EQ(targets->size(), 4U);
  const TargetEntry& a = (*targets)[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.url.kind, UrlSource::Kind::variable);
  EXPECT_EQ(a.url.value, "A_URL");
  EXPECT_TRUE(a.is_canary);
  const TargetEntry& b = (*targets)[1];
  EXPECT_EQ(b.url.kind, UrlSource::Kind::file);
  EXPECT_FALSE(b.is_canary);
  ASSERT_EQ(b.values.size(), 2U);
  EXPECT_EQ(b.values[1], std::pair(std::string("SIZE"), std::string("3")));
  EXPECT_EQ(b.where.line, 4U);
  EXPECT_EQ((*targets)[2].url.kind, UrlSource::Kind::text);
  ASSERT_TRUE((*targets)[2].schemas);
  EXPECT_EQ((*targets)[2].schemas->query, "SELECT 1");
  EXPECT_EQ((*targets)[3].schemas->names, (std::vector<std::string>{"x", "Y z"}));
}

TEST(TargetsFile, IsReadAsJsonByItsName) {
  EXPECT_TRUE(load(R"({"version":1,"targets":[{"name":"a","url":"sqlite:a"}]})", "/f.json"));
  EXPECT_FALSE(load("version: 1\ntargets: [{name: a, url: 'sqlite:a'}]\n", "/f.json"));
}

TEST(TargetsFile, RefusesMistakesAtTheirPlaces) {
  EXPECT_EQ(
      refusal("{name: a, url-env: A}"),
      "3:13: unknown key 'url-env' in a target, expected one of name, url, url_env, url_file, "
      "set, canary, schemas (did you mean 'url_env'? names are case-sensitive)");
  EXPECT_EQ(refusal("{name: Tenant, url: 'x:y'}"),
            "3:10: the name 'Tenant' cannot be used (a target's name has small letters, digits and "
            "'-' between them)");
  EXPECT_NE(refusal("{name: a-, url: 'x:y'}"), "accepted");
  EXPECT_NE(refusal("{name: " + std::string(64, 'a') + ", url: 'x:y'}"), "accepted");
  EXPECT_EQ(refusal("{name: " + std::string(63, 'a') + ", url: 'x:y'}"), "accepted");
  EXPECT_NE(refusal("{name: a}").find("3:3: the target has no URL"), std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y', url_env: A}").find("has several URLs"),
            std::string::npos);
  EXPECT_NE(refusal("{name: a, url_env: 'postgres://a:b@c/d'}").find("no name of an environment"),
            std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y', schemas: {}}").find("neither a query nor a list"),
            std::string::npos);
  EXPECT_NE(
      refusal("{name: a, url: 'x:y', schemas: {query: ' '}}").find("query for schemas is empty"),
      std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y', schemas: {list: []}}").find("is an empty list"),
            std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y', schemas: {list: [p, p]}}").find("stands twice"),
            std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y', schemas: {list: [p], query: q}}").find("or both"),
            std::string::npos);
  EXPECT_NE(refusal("{name: a, url: 'x:y'}\n- {name: a, url: 'x:z'}").find("4:10: the name 'a'"),
            std::string::npos);
}

TEST(TargetsFile, NeverShowsAUrlThatStandsWhereANameBelongs) {
  EXPECT_EQ(refusal("{name: a, url_env: 'postgres://a:s3cretpw@c/d'}").find("s3cretpw"),
            std::string::npos);
}

TEST(TargetsFile, RefusesAFileWithoutTargets) {
  EXPECT_FALSE(load("version: 1\ntargets: []\n"));
  EXPECT_FALSE(load("version: 1\n"));
  EXPECT_FALSE(load("version: 2\ntargets: [{name: a, url: 'x:y'}]\n"));
}

}  // namespace
}  // namespace garboard::loading
