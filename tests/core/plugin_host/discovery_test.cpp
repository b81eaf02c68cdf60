// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/discovery.hpp"

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

namespace fs = std::filesystem;

TEST(Discovery, SearchesInTheOrderThatTheDocumentationGives) {
  HostOptions options;
  options.plugin_dirs = {"/one", "/two/"};
  options.plugin_path = "/three::/four:/one";
  options.executable = "/opt/garboard/bin/garboard";
  const std::vector<fs::path> expected{"/one",
                                       "/two",
                                       "/three",
                                       "/four",
                                       "/opt/garboard/lib/garboard/plugins",
                                       "/usr/local/lib/garboard/plugins",
                                       "/usr/lib/garboard/plugins"};
  const SearchPath search = make_search_path(options);
  EXPECT_EQ(search.directories, expected);
  EXPECT_TRUE(search.ignored.empty());
}

TEST(Discovery, IgnoresRelativeDirectoriesAndSaysSo) {
  HostOptions options;
  options.plugin_path = "plugins:/three:./more";
  const SearchPath search = make_search_path(options);
  EXPECT_EQ(search.directories.front(), "/three");
  ASSERT_EQ(search.ignored.size(), 2U);
  EXPECT_EQ(search.ignored[0],
            "'plugins' in GARBOARD_PLUGIN_PATH is not an absolute path and is ignored");
}

TEST(Discovery, NamesAnInstalledDirectoryOnce) {
  HostOptions options;
  options.executable = "/usr/local/bin/garboard";
  EXPECT_EQ(make_search_path(options).directories.size(), 2U);
}

TEST(Discovery, AcceptsOnlyNamesThatStayInTheDirectory) {
  for (const char* name : {"postgres", "a", "my-db.v2+x", "3d"}) EXPECT_TRUE(is_plugin_name(name));
  for (const char* name : {"", "../x", "a/b", "..", ".hidden", "-x", "Postgres", "a b", "a\nb"})
    EXPECT_FALSE(is_plugin_name(name)) << name;
  EXPECT_FALSE(is_plugin_name(std::string(65, 'a')));
  const auto found =
      find_plugin({.directories = {"/usr"}, .ignored = {}}, PluginKind::driver, "../../etc/passwd");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::bad_input);
}

TEST(Discovery, TakesTheFirstFileEvenIfItIsBad) {
  const TemporaryFolder folder;
  const auto bad = folder.write("a/garboard-driver-toy.so", "not a plugin");
  folder.copy_plugin("toy", "b/garboard-driver-toy.so");
  const SearchPath search{.directories = {folder.path() / "a", folder.path() / "b"}, .ignored = {}};
  const auto found = find_plugin(search, PluginKind::driver, "toy");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, bad);
}

TEST(Discovery, TakesALinkThatLeadsNowhereForAFile) {
  const TemporaryFolder folder;
  fs::create_symlink("/nowhere", folder.path() / "garboard-driver-toy.so");
  const auto found = find_plugin({.directories = {folder.path(), plugins()}, .ignored = {}},
                                 PluginKind::driver, "toy");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, folder.path() / "garboard-driver-toy.so");
}

TEST(Discovery, ListsEveryPathThatItTriedAndWhatIsThere) {
  const TemporaryFolder folder;
  folder.write("some/garboard-driver-mysql.so", "");
  folder.write("some/garboard-driver-sqlite.so", "");
  folder.write("file", "");
  fs::create_directory(folder.path() / "empty");
  const SearchPath search{.directories = {folder.path() / "none", folder.path() / "some",
                                          folder.path() / "empty", folder.path() / "file"},
                          .ignored = {"'x' is ignored"}};
  const auto found = find_plugin(search, PluginKind::driver, "postgres");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::plugin);
  const std::string root = folder.path().string();
  EXPECT_EQ(found.error().message,
            "there is no driver for postgres; tried, in this order:"
            "\n  " +
                root +
                "/none/garboard-driver-postgres.so: no such directory"
                "\n  " +
                root +
                "/some/garboard-driver-postgres.so: no such file; the drivers there "
                "are: mysql, sqlite"
                "\n  " +
                root +
                "/empty/garboard-driver-postgres.so: no such file, and no other driver"
                "\n  " +
                root +
                "/file/garboard-driver-postgres.so: not a directory"
                "\n  'x' is ignored");
  EXPECT_TRUE(contains(found.error().hint, "--plugin-dir"));
  EXPECT_TRUE(contains(found.error().hint, "use an image that holds this driver"));
  const auto hook = find_plugin(search, PluginKind::hook, "notify");
  ASSERT_FALSE(hook);
  EXPECT_FALSE(contains(hook.error().hint, "image"));  // each has all of the hooks
}

TEST(Discovery, FindsPluginFilesOnlyAndNoAliases) {
  const TemporaryFolder folder;
  for (const char* name : {"garboard-driver-b.so", "garboard-hook-a.so", "garboard-driver-.so",
                           "garboard-driver-b.so.1", "libpq.so", "garboard-driver-B.so"})
    folder.write(name, "");
  fs::create_symlink("garboard-driver-b.so", folder.path() / "garboard-driver-alias.so");
  fs::create_symlink("/nowhere", folder.path() / "garboard-driver-dangling.so");
  const std::vector<fs::path> expected{folder.path() / "garboard-driver-b.so",
                                       folder.path() / "garboard-driver-dangling.so",
                                       folder.path() / "garboard-hook-a.so"};
  EXPECT_EQ(find_all({.directories = {folder.path()}, .ignored = {}}), expected);
}

}  // namespace
}  // namespace garboard::plugin_host
