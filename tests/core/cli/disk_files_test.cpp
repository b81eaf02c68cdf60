// SPDX-License-Identifier: Apache-2.0
#include "cli/disk_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "loading/load.hpp"

namespace garboard::cli {
namespace {

namespace fs = std::filesystem;

class DiskFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "garboard-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = fs::canonical(name);
    fs::create_directory(folder_ / "plan");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  void link(const fs::path& target, const fs::path& path) const {
    fs::create_symlink(target, folder_ / path);
  }
  /// The resolved path relative to the test's folder, or the message.
  std::string resolve(const fs::path& relative, const fs::path& plan_folder = "plan") {
    const auto path = files_.resolve_beneath(folder_ / plan_folder, relative);
    return path ? fs::relative(*path, folder_).string() : path.error().message;
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  fs::path folder_;
  DiskFiles files_;
};

TEST_F(DiskFilesTest, ReadsWholeFilesUpToALimit) {
  write("plan/a", "12345");
  EXPECT_EQ(*files_.read(folder_ / "plan/a", 5), "12345");
  EXPECT_TRUE(has(files_.read(folder_ / "plan/a", 4).error().message, "longer than 4 bytes"));
  EXPECT_FALSE(files_.read("/proc/self/maps", 1000'000)->empty());  // says that it has 0 bytes
  EXPECT_FALSE(files_.read("/proc/self/maps", 10));
}

TEST_F(DiskFilesTest, StreamsInChunks) {
  write("plan/a", std::string(100'000, 'x'));
  auto source = files_.open(folder_ / "plan/a");
  ASSERT_TRUE(source);
  std::array<char, 4096> buffer{};
  std::size_t total = 0;
  for (;;) {
    const auto got = (*source)->read(buffer);
    ASSERT_TRUE(got);
    if (*got == 0) break;
    total += *got;
  }
  EXPECT_EQ(total, 100'000U);
}

TEST_F(DiskFilesTest, OpensRegularFilesOnlyAndNeverWaits) {
  ASSERT_EQ(::mkfifo((folder_ / "plan/pipe").c_str(), 0600), 0);
  for (const auto& [path, what] : std::vector<std::pair<fs::path, std::string>>{
           {folder_ / "plan/pipe", "is a pipe, expected a regular file"},
           {folder_ / "plan", "is a directory, expected a regular file"},
           {"/dev/zero", "is a device, expected a regular file"},
           {folder_ / "plan/no", "does not exist"},
           {folder_ / "plan/pipe/x", "does not exist"}}) {
    const auto opened = files_.open(path);
    ASSERT_FALSE(opened) << path;
    EXPECT_TRUE(has(opened.error().message, what)) << opened.error().message;
    EXPECT_TRUE(has(opened.error().message, path.string()));
    EXPECT_EQ(opened.error().code, base::Code::bad_input);
    EXPECT_FALSE(files_.read(path, 100));
  }
}

TEST_F(DiskFilesTest, ResolvesBeneathTheFolder) {
  write("plan/sql/a.sql", "x");
  write("plan2/b.sql", "x");
  EXPECT_EQ(resolve("sql/a.sql"), "plan/sql/a.sql");
  EXPECT_EQ(resolve("./sql/../sql//a.sql"), "plan/sql/a.sql");
  EXPECT_TRUE(has(resolve("../plan/sql/a.sql"), "leaves the folder"));
  EXPECT_TRUE(has(resolve("sql/../../plan2/b.sql"), "leaves the folder"));
  EXPECT_TRUE(has(resolve("../plan2/b.sql"), "leaves the folder"));
  EXPECT_TRUE(has(resolve(folder_ / "plan/sql/a.sql"), "is an absolute path"));
  EXPECT_TRUE(has(resolve("no.sql"), "does not exist"));
  EXPECT_TRUE(has(resolve("."), "leaves the folder"));
  EXPECT_TRUE(has(resolve(""), "is no path"));
}

TEST_F(DiskFilesTest, FollowsLinksThatStayInside) {
  write("plan/sql/a.sql", "x");
  write("plan2/b.sql", "x");
  write("secret", "x");
  link("sql/a.sql", "plan/relative.sql");
  link(folder_ / "plan/sql/a.sql", "plan/absolute.sql");
  link("../plan2/b.sql", "plan/beside.sql");
  link("/etc/passwd", "plan/passwd.sql");
  link("..", "plan/up");
  link("loop", "plan/loop");
  EXPECT_EQ(resolve("relative.sql"), "plan/sql/a.sql");
  EXPECT_EQ(resolve("absolute.sql"), "plan/sql/a.sql");
  EXPECT_TRUE(has(resolve("beside.sql"), "through a symbolic link"));
  EXPECT_TRUE(has(resolve("passwd.sql"), "through a symbolic link"));
  EXPECT_TRUE(has(resolve("up/secret"), "through a symbolic link"));
  EXPECT_TRUE(has(resolve("loop"), "loop of symbolic links"));
  link("plan", "link-to-plan");
  EXPECT_EQ(resolve("sql/a.sql", "link-to-plan"), "plan/sql/a.sql");
}

TEST_F(DiskFilesTest, LoadsAPlanFromAMountedConfigMap) {
  const std::string plan = "version: 1\nmigrations:\n  - name: a\n    up: [{file: a.sql}]\n";
  write("plan/..2024_01/plan.yaml", plan);
  write("plan/..2024_01/a.sql", "SELECT 1;");
  link("..2024_01", "plan/..data");
  link("..data/plan.yaml", "plan/plan.yaml");
  link("..data/a.sql", "plan/a.sql");
  EXPECT_EQ(resolve("a.sql"), "plan/..2024_01/a.sql");
  const std::array plans{folder_ / "plan/plan.yaml"};
  const auto changes = loading::load_plans(files_, plans);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->items[0].up[0].where.file, (folder_ / "plan/a.sql").string());
}

TEST_F(DiskFilesTest, LoadsAPlanThatIsASingleMountedFile) {
  write("volume/..2024_01/plan.yaml", "version: 1\nmigrations:\n  - name: a\n    up: [{sql: x}]\n");
  link("../volume/..2024_01/plan.yaml", "plan/plan.yaml");
  const std::array plans{folder_ / "plan/plan.yaml"};
  EXPECT_TRUE(loading::load_plans(files_, plans));
}

TEST_F(DiskFilesTest, PlacesAMissingFileInThePlan) {
  write("plan/plan.yaml",
        "version: 1\nmigrations:\n  - name: a\n    up: [{file: a.sql}, {file: sql}, {file: "
        "out.sql}]\n");
  fs::create_directory(folder_ / "plan/sql");
  link("/etc/passwd", "plan/out.sql");
  const std::array plans{folder_ / "plan/plan.yaml"};
  const auto changes = loading::load_plans(files_, plans);
  ASSERT_FALSE(changes);
  const std::string file = (folder_ / "plan/plan.yaml").string();
  EXPECT_EQ(changes.error().where, (base::SourcePosition{file, 4, 17}));
  ASSERT_EQ(changes.error().others.size(), 2U);
  EXPECT_TRUE(has(changes.error().others[0].message, "is a directory"));
  EXPECT_EQ(changes.error().others[0].where.column, 32U);
  EXPECT_TRUE(has(changes.error().others[1].message, "'out.sql' leaves the folder"));
}

TEST_F(DiskFilesTest, SaysAsWhomAFileMayNotBeRead) {
  if (::geteuid() == 0) {  // root may read everything: look as somebody else, in a child
    write("plan/a", "x");
    fs::permissions(folder_ / "plan/a", fs::perms::none);
    fs::permissions(folder_, fs::perms::all);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (::setuid(65534) != 0) ::_exit(2);
      const auto opened = files_.open(folder_ / "plan/a");
      const bool is_said = !opened && has(opened.error().hint, "65534");
      ::_exit(is_said ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return;
  }
  write("plan/a", "x");
  fs::permissions(folder_ / "plan/a", fs::perms::none);
  const auto opened = files_.open(folder_ / "plan/a");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(has(opened.error().hint, std::to_string(::geteuid())));
}

}  // namespace
}  // namespace garboard::cli
