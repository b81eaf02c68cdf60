// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_manifest.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "loading/yaml_text.hpp"

namespace garboard::cli {
namespace {

using model::UrlSource;

Fleet fleet() {
  Fleet fleet;
  fleet.entries = {
      {.name = "acme", .url = {UrlSource::Kind::variable, "A"}, .is_canary = true},
      {.name = "globex", .url = {UrlSource::Kind::file, "/x"}, .values = {{"R", "on"}}},
      {.name = "shared",
       .url = {UrlSource::Kind::text, "postgres://db/shared"},
       .schemas = model::SchemaSource{}}};
  fleet.targets = {{.name = "acme", .entry = 0},
                   {.name = "globex", .entry = 1},
                   {.name = "shared/t1", .entry = 2, .schema = "t1"},
                   {.name = "shared/t 2", .entry = 2, .schema = "t 2"}};
  return fleet;
}

const ManifestOptions options{.image = "registry.example/app@sha256:abc",
                              .name = "shop",
                              .name_space = "prod",
                              .secret = "tenant-urls",
                              .parallelism = 2,
                              .max_failed = 3,
                              .arguments = {"--dir=/migrations"}};

std::string rendered(const ManifestOptions& how) {
  Result<std::string> text = fleet_manifests(fleet(), how);
  return text ? *text : text.error().message;
}

/// What follows "key: " in the nth document.
std::string value_in(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key + ": ");
  if (at == std::string::npos) return "none";
  const std::size_t from = at + key.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

TEST(FleetManifests, LetNoMoreIndexesFailThanThereAre) {
  ManifestOptions many = options;
  many.max_failed = 100;
  const std::string text = rendered(many);
  EXPECT_EQ(value_in(text, "completions"), value_in(text, "maxFailedIndexes"));
  EXPECT_EQ(text.find("maxFailedIndexes: 100"), std::string::npos);
}

TEST(FleetManifests, AreTheOnesThatWereReviewed) {
  std::ifstream file(GARBOARD_TEST_DATA "/fleet.yaml");
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(rendered(options), expected.str()) << "mend tests/core/cli/data/fleet.yaml if this is "
                                                  "meant; it is checked by e2e.fleet too";
}

TEST(FleetManifests, WaitForApprovalBehindCanariesOrWhenAsked) {
  ManifestOptions how = options;
  const std::string text = rendered(how);
  const std::size_t last = text.rfind("---\n");
  EXPECT_EQ(value_in(text.substr(last), "  suspend"), "true");
  EXPECT_EQ(text.find("suspend"), text.rfind("suspend"));
  how.indexes = {0, 2};
  EXPECT_EQ(rendered(how).find("suspend"), std::string::npos);
  how.is_suspended = true;
  EXPECT_NE(rendered(how).find("suspend: true"), std::string::npos);
}

TEST(FleetManifests, OfFailedIndexesHoldTheseTargetsAlone) {
  ManifestOptions how = options;
  how.indexes = {0, 2};
  const std::string text = rendered(how);
  EXPECT_EQ(value_in(text, "  completions"), "2");
  EXPECT_EQ(text.find("acme"), std::string::npos);
  EXPECT_NE(text.find("name: globex"), std::string::npos);
  EXPECT_NE(text.find("list: [\"t 2\"]"), std::string::npos);
  EXPECT_NE(value_in(text, "  name"), value_in(rendered(options), "  name"));
}

TEST(FleetManifests, KeepTheirNamesWhenOnlyWhatMayBeChangedDiffers) {
  ManifestOptions how = options;
  how.is_suspended = true;
  how.parallelism = 1;
  const auto job_name = [](const std::string& text) {
    return value_in(text.substr(text.rfind("---\n")), "  name");
  };
  EXPECT_EQ(job_name(rendered(how)), job_name(rendered(options)));
  how.image = "another";
  EXPECT_NE(job_name(rendered(how)), job_name(rendered(options)));
}

TEST(FleetManifests, RefuseAUrlThatNoPodWouldHave) {
  ManifestOptions how = options;
  how.secret.clear();
  EXPECT_NE(rendered(how).find("no pod would have the variable"), std::string::npos);
}

TEST(FailedIndexes, AreReadAsKubernetesWritesThem) {
  EXPECT_EQ(*parse_indexes("1,3-5,7", 8), (std::vector<std::size_t>{1, 3, 4, 5, 7}));
  EXPECT_EQ(*parse_indexes("0", 1), std::vector<std::size_t>{0});
  for (const char* wrong : {"", "8", "1,", ",1", "3-1", "1-8", "2,1", "1,1", "a", "1 2", "-1"})
    EXPECT_FALSE(parse_indexes(wrong, 8)) << wrong;
}

TEST(YamlText, QuotesWhatAReaderCouldTakeForSomethingElse) {
  const auto text = [](const char* value) { return loading::yaml_text({{"k", value}}); };
  EXPECT_EQ(text("plain-1.x/y"), "k: plain-1.x/y\n");
  EXPECT_EQ(text("a\nb\n"), "k: |\n  a\n  b\n");
  for (const char* odd : {"on", "No", "null", "1", "1e3", "", "a: b", "x #y", "~", "*a", "0440"})
    EXPECT_EQ(text(odd), "k: \"" + std::string(odd) + "\"\n");
}

}  // namespace
}  // namespace garboard::cli
