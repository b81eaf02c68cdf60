// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/host.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

namespace fs = std::filesystem;

/// The message that refuses the plugin of that name; empty when it loads.
std::string refusal(std::string_view name) {
  const auto host = host_for(plugins());
  const auto driver = host->driver(name);
  if (driver) return "";
  EXPECT_EQ(driver.error().code, base::Code::plugin);
  EXPECT_FALSE(driver.error().hint.empty());
  const std::string prefix = "the driver " + plugin(name).string() + " is refused: ";
  EXPECT_EQ(driver.error().message.substr(0, prefix.size()), prefix);
  return driver.error().message.substr(std::min(prefix.size(), driver.error().message.size()));
}

/// Tells plugins where to leave a mark when their code runs.
class Marker {
 public:
  Marker() { ::setenv("GARBOARD_TEST_MARKER", file().c_str(), 1); }
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;
  ~Marker() { ::unsetenv("GARBOARD_TEST_MARKER"); }
  [[nodiscard]] std::string text() const { return read_all(file()); }

 private:
  [[nodiscard]] fs::path file() const { return folder_.path() / "marker"; }
  TemporaryFolder folder_;
};

TEST(Host, LoadsADriverAndReadsItsDialect) {
  const auto host = host_for(plugins());
  const auto driver = host->driver("toy");
  ASSERT_TRUE(driver) << driver.error().message;
  EXPECT_EQ(driver->get().path(), plugin("toy"));
  EXPECT_EQ(driver->get().dialect().name, "toy");
  EXPECT_EQ(driver->get().dialect().placeholders, model::PlaceholderStyle::numbered);
  EXPECT_TRUE(contains(driver->get().describe_json(), "\"displayName\":\"Toy\""));
}

TEST(Host, LoadsOneDriverOnceUnderAllItsNames) {
  const auto host = host_for(plugins());
  const auto first = host->driver("toysql");
  const auto second = host->driver("toy");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(&first->get(), &second->get());
}

TEST(Host, RefusesWhatIsNoSoundDriver) {
  EXPECT_EQ(refusal("sound"), "");
  EXPECT_EQ(refusal("no-note"), "it has no Garboard identity note, so it is no plugin of garboard");
  EXPECT_EQ(refusal("wrong-abi"),
            "wrong-abi 1.0.0 is built for plugin ABI 2.0, this garboard speaks 1.0");
  EXPECT_TRUE(contains(refusal("odd-abi"), "'one', which is not of the form 1.0"));
  EXPECT_TRUE(contains(refusal("needs-newer"), "plugin ABI 1.9 or newer"));
  EXPECT_EQ(refusal("not-a-driver"), "not-a-driver 1.0.0 is not a driver");
  EXPECT_EQ(refusal("other-name"), "it is the driver something-else and does not serve other-name");
  EXPECT_EQ(refusal("no-symbol"), "it does not export garboard_plugin_v1");
  EXPECT_EQ(refusal("init-fails"), "it refused to start: no licence was found");
  EXPECT_TRUE(contains(refusal("small-table"), "its plugin table is too small (8 bytes"));
  EXPECT_TRUE(contains(refusal("small-driver"), "its driver table is too small"));
  EXPECT_EQ(refusal("no-exec"), "its driver table lacks exec");
  EXPECT_EQ(refusal("no-interface"), "it does not offer the interface garboard.driver/1");
  EXPECT_EQ(refusal("liar"),
            "its identity note says liar 1.0.0, its plugin table says something else");
  EXPECT_EQ(refusal("bad-describe"), "its description is wrong: \"name\" is missing");
}

TEST(Host, SaysWhichLibraryIsMissingWithoutBoostsNoise) {
  const std::string message = refusal("needs-library");
  EXPECT_TRUE(contains(message, "libgarboard_test_gone.so")) << message;
  EXPECT_FALSE(contains(message, "Bad file descriptor")) << message;
  EXPECT_FALSE(contains(message, "boost")) << message;
}

TEST(Host, RefusesAWorldWritableFileBeforeItsCodeRuns) {
  const Marker marker;
  const TemporaryFolder folder;
  const auto file = folder.copy_plugin("sound", "garboard-driver-sound.so");
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  const auto driver = host_for(folder.path())->driver("sound");
  ASSERT_FALSE(driver);
  EXPECT_TRUE(contains(driver.error().message, "can be written by anyone (mode 0666)"));
  EXPECT_EQ(marker.text(), "");
}

TEST(Host, StopsAtTheFirstFileWhenItIsBad) {
  const TemporaryFolder folder;
  folder.write("garboard-driver-toy.so", "not a plugin");
  HostOptions options;
  options.plugin_dirs = {folder.path(), plugins()};
  Host host(std::move(options));
  const auto driver = host.driver("toy");
  ASSERT_FALSE(driver);
  EXPECT_TRUE(contains(driver.error().message, "is refused: the file is empty or cut short"));
}

TEST(Host, ListsEveryPathThatWasTriedForAMissingDriver) {
  HostOptions options;
  options.plugin_dirs = {"/nowhere/one", plugins()};
  Host host(std::move(options));
  const auto driver = host.driver("oracle");
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.error().code, base::Code::plugin);
  for (const fs::path& directory : host.search_path())
    EXPECT_TRUE(
        contains(driver.error().message, directory.string() + "/garboard-driver-oracle.so"));
  EXPECT_TRUE(contains(driver.error().message, "toy"));
}

TEST(Host, ListsPluginsWithTheirProblemsAndRunsNoneOfThem) {
  const Marker marker;
  HostOptions options;
  const TemporaryFolder folder;
  folder.copy_plugin("sound", "garboard-driver-sound.so");
  options.plugin_dirs = {folder.path(), plugins()};
  const Host host(std::move(options));
  const std::vector<PluginFile> all = host.list();
  const auto find = [&all](const fs::path& path) {
    return *std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.path == path; });
  };
  EXPECT_EQ(all.front().path, folder.path() / "garboard-driver-sound.so");
  EXPECT_EQ(all.front().problem, "");
  EXPECT_EQ(all.front().note.version, "1.0.0");
  EXPECT_EQ(find(plugin("sound")).problem,
            "not used: another garboard-driver-sound.so comes first");
  EXPECT_EQ(find(plugin("toy")).note.schemes.size(), 2U);
  EXPECT_EQ(find(plugin("no-note")).note.name, "");
  EXPECT_TRUE(contains(find(plugin("no-note")).problem, "no Garboard identity note"));
  EXPECT_TRUE(contains(find(plugin("wrong-abi")).problem, "plugin ABI 2.0"));
  EXPECT_EQ(marker.text(), "");
}

TEST(Host, ShutsPluginsDownAndLeavesThemMapped) {
  const Marker marker;
  {
    const auto host = host_for(plugins());
    ASSERT_TRUE(host->driver("sound"));
    EXPECT_FALSE(contains(marker.text(), "shutdown;"));
  }
  EXPECT_TRUE(marker.text().ends_with("shutdown;"));
  void* const handle = ::dlopen(plugin("sound").c_str(), RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(handle, nullptr);
  ::dlclose(handle);
  ::dlclose(handle);  // the host's own reference, as if something closed it
  EXPECT_NE(::dlopen(plugin("sound").c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST(Host, ShutsDownAPluginThatItStartedAndThenRefused) {
  const Marker marker;
  for (const char* name : {"bad-describe", "no-interface"}) {
    const std::string before = marker.text();
    EXPECT_NE(refusal(name), "");
    EXPECT_TRUE(contains(marker.text().substr(before.size()), "shutdown;")) << name;
  }
}

TEST(Host, KeepsTheSymbolsOfPluginsOutOfTheProcess) {
  const auto host = host_for(plugins());
  ASSERT_TRUE(host->driver("toy"));
  EXPECT_EQ(::dlsym(RTLD_DEFAULT, "garboard_plugin_v1"), nullptr);
}

TEST(Host, TellsTheLogWhatItIgnoresInThePathVariable) {
  std::vector<std::string> lines;
  HostOptions options;
  options.plugin_path = "relative";
  options.log = [&lines](int, std::string_view line) { lines.emplace_back(line); };
  const Host host(std::move(options));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(contains(lines[0], "'relative' in GARBOARD_PLUGIN_PATH"));
}

}  // namespace
}  // namespace garboard::plugin_host
