// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/checks.hpp"

#include <sys/stat.h>

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& file) {
  const auto trusted = check_ownership(file);
  return trusted ? "" : trusted.error().message;
}

void set_mode(const fs::path& path, mode_t mode) { ASSERT_EQ(::chmod(path.c_str(), mode), 0); }

constexpr unsigned nobody = 65534;

TEST(Ownership, AcceptsAFileThatOnlyItsOwnerWrites) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal(folder.copy_plugin("toy", "garboard-driver-toy.so")), "");
}

TEST(Ownership, RefusesAFileThatAnyoneWrites) {
  const TemporaryFolder folder;
  const auto file = folder.copy_plugin("toy", "garboard-driver-toy.so");
  set_mode(file, 0646);
  const auto trusted = check_ownership(file);
  ASSERT_FALSE(trusted);
  EXPECT_EQ(trusted.error().code, base::Code::plugin);
  EXPECT_EQ(trusted.error().message, file.string() + " can be written by anyone (mode 0646)");
  EXPECT_EQ(trusted.error().hint, "chmod o-w " + file.string() + ", or mount it read-only");
}

TEST(Ownership, RefusesAnyDirectoryAboveThatAnyoneWrites) {
  const TemporaryFolder folder;
  const auto file = folder.copy_plugin("toy", "open/inner/garboard-driver-toy.so");
  set_mode(folder.path() / "open", 0777);
  EXPECT_EQ(refusal(file),
            (folder.path() / "open").string() + " can be written by anyone (mode 0777)");
}

TEST(Ownership, FollowsLinksAndChecksBothEnds) {
  const TemporaryFolder folder;
  folder.copy_plugin("toy", "open/garboard-driver-toy.so");
  fs::create_directory(folder.path() / "closed");
  const auto link = folder.path() / "closed/garboard-driver-toy.so";
  fs::create_symlink("../open/garboard-driver-toy.so", link);
  EXPECT_EQ(refusal(link), "");
  set_mode(folder.path() / "open", 0777);
  EXPECT_TRUE(contains(refusal(link), "/open can be written by anyone"));
}

TEST(Ownership, EndsOnLinksThatRunInACircle) {
  const TemporaryFolder folder;
  const auto link = folder.path() / "garboard-driver-toy.so";
  fs::create_symlink("garboard-driver-toy.so", link);
  EXPECT_TRUE(contains(refusal(link), "leads nowhere"));
}

TEST(Ownership, SaysThatADanglingLinkIsOne) {
  const TemporaryFolder folder;
  fs::create_symlink("/nowhere/x.so", folder.path() / "link");
  EXPECT_TRUE(contains(refusal(folder.path() / "link"), "/nowhere: No such file"));
}

TEST(Ownership, RefusesTheFileOfAnotherUser) {
  const TemporaryFolder folder;
  const auto file = folder.copy_plugin("toy", "garboard-driver-toy.so");
  Account account;
  unsigned owner = account.user;
  if (owner == 0) {
    owner = nobody;  // root's own files are everybody's to open, so it gives this one away
    ASSERT_EQ(::chown(file.c_str(), nobody, nobody), 0);
  } else {
    ++account.user;
  }
  const auto trusted = check_ownership(file, account);
  ASSERT_FALSE(trusted);
  EXPECT_TRUE(contains(trusted.error().message,
                       " belongs to uid " + std::to_string(owner) +
                           ", neither to root nor to the user that runs garboard (uid " +
                           std::to_string(account.user) + ")"));
}

TEST(Ownership, RefusesAGroupThatMayWriteUnlessItIsTheUsersOwn) {
  const TemporaryFolder folder;
  const auto file = folder.copy_plugin("toy", "garboard-driver-toy.so");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(file.c_str(), 0, nobody), 0);
    status.st_gid = nobody;
  }
  set_mode(file, 0664);
  const Account alone{.user = ::geteuid(), .group = ::geteuid()};
  const Account other{.user = ::geteuid(), .group = ::geteuid() + 1};
  const bool is_own_group = status.st_gid == alone.user;
  EXPECT_EQ(check_ownership(file, alone).has_value(), is_own_group);
  const auto refused = check_ownership(file, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, file.string() + " can be written by the group " +
                                         std::to_string(status.st_gid) + " (mode 0664)");
}

PluginNote driver_note() {
  return {.name = "toy",
          .version = "1.2.3",
          .abi = "1.0",
          .min_host = "1.0",
          .kinds = {"driver"},
          .schemes = {"toy", "toysql"}};
}

std::string note_refusal(const PluginNote& note, std::string_view scheme = "toy") {
  const auto fits = check_note(note, PluginKind::driver, scheme);
  return fits ? "" : fits.error().message;
}

TEST(DriverNote, FitsUnderItsNameAndItsSchemes) {
  EXPECT_EQ(note_refusal(driver_note(), "toy"), "");
  EXPECT_EQ(note_refusal(driver_note(), "toysql"), "");
  EXPECT_EQ(note_refusal(driver_note(), "other"), "it is the driver toy and does not serve other");
}

TEST(DriverNote, AcceptsNewerMinorVersionsOfTheAbi) {
  PluginNote note = driver_note();
  note.abi = "1.7";
  EXPECT_EQ(note_refusal(note), "");
}

TEST(DriverNote, RefusesOtherMajorsAndNewerNeeds) {
  PluginNote note = driver_note();
  note.abi = "2.0";
  EXPECT_EQ(note_refusal(note), "toy 1.2.3 is built for plugin ABI 2.0, this garboard speaks 1.0");
  note = driver_note();
  note.min_host = "1.1";
  EXPECT_EQ(note_refusal(note),
            "toy 1.2.3 needs a garboard with plugin ABI 1.1 or newer, this one has 1.0");
  for (const char* abi : {"1", "1.", "x.0", "1.0.0", "-1.0", "99999999999.0"}) {
    note = driver_note();
    note.abi = abi;
    EXPECT_TRUE(contains(note_refusal(note), "not of the form 1.0")) << abi;
  }
}

TEST(DriverNote, RefusesOtherKinds) {
  PluginNote note = driver_note();
  note.kinds = {"hook"};
  EXPECT_EQ(note_refusal(note), "toy 1.2.3 is not a driver");
}

}  // namespace
}  // namespace garboard::plugin_host
