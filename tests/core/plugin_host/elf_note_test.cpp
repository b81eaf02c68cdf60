// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/elf_note.hpp"

#include <elf.h>
#include <sys/stat.h>

#include <cstring>

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

/// Why the bytes are refused; empty when they are read.
std::string refusal(const TemporaryFolder& folder, std::string_view bytes) {
  const auto note = read_note(folder.write("bent.so", bytes));
  return note ? "" : note.error().message;
}

template <class T>
void overwrite(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(&bytes[offset], &value, sizeof value);
}

TEST(ElfNote, ReadsTheIdentityOfARealPlugin) {
  const auto note = read_note(plugin("toy"));
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(note->name, "toy");
  EXPECT_EQ(note->version, "1.0.0");
  EXPECT_EQ(note->abi, "1.0");
  EXPECT_EQ(note->min_host, "1.0");
  EXPECT_EQ(note->kinds, std::vector<std::string>{"driver"});
  EXPECT_EQ(note->schemes, (std::vector<std::string>{"toy", "toysql"}));
}

TEST(ElfNote, RefusesFilesThatAreNoSharedObjects) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal(folder, ""), "the file is empty or cut short");
  EXPECT_EQ(refusal(folder, std::string(4096, 'x')), "this is not a shared object (no ELF header)");
  EXPECT_TRUE(contains(read_note(folder.path()).error().message, "not a regular file"));
  EXPECT_TRUE(contains(read_note("/nowhere/x.so").error().message, "No such file"));
  const auto fifo = folder.path() / "fifo.so";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(contains(read_note(fifo).error().message, "not a regular file"));
}

TEST(ElfNote, NamesTheMachineThatAFileIsFor) {
  const TemporaryFolder folder;
  std::string bytes = read_all(plugin("toy"));
  overwrite(bytes, offsetof(Elf64_Ehdr, e_machine), std::uint16_t{EM_S390});
  EXPECT_TRUE(contains(refusal(folder, bytes), "it is built for s390x, this machine is "));
  overwrite(bytes, offsetof(Elf64_Ehdr, e_machine), std::uint16_t{EM_386});
  EXPECT_TRUE(contains(refusal(folder, bytes), "x86 (32 bits)"));
}

TEST(ElfNote, SaysThatAnyOtherLibraryIsNoPlugin) {
  const auto note = read_note(plugin("no-note"));
  ASSERT_FALSE(note);
  EXPECT_EQ(note.error().code, base::Code::plugin);
  EXPECT_EQ(note.error().message,
            "it has no Garboard identity note, so it is no plugin of garboard");
}

TEST(ElfNote, SeesThatThePluginBindsAtOnce) {
  const auto note = read_note(plugin("sound"));
  ASSERT_TRUE(note);
  EXPECT_TRUE(note->binds_at_once);
}

TEST(ElfNote, SurvivesEveryTruncation) {
  const TemporaryFolder folder;
  const std::string bytes = read_all(plugin("sound")).substr(0, 4096);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    const auto note = read_note(folder.write("bent.so", bytes.substr(0, size)));
    EXPECT_TRUE(note || !note.error().message.empty());
  }
}

TEST(ElfNote, SurvivesEveryFlippedByteOfItsHeaders) {
  const TemporaryFolder folder;
  const std::string sound = read_all(plugin("sound"));
  const std::size_t end = std::min<std::size_t>(sound.size(), 1200);
  for (std::size_t i = 4; i < end; ++i) {
    std::string bytes = sound.substr(0, 4096);
    bytes[i] = static_cast<char>(~bytes[i]);
    const auto note = read_note(folder.write("bent.so", bytes));
    EXPECT_TRUE(!note || !note->name.empty());
  }
}

TEST(ElfNote, RefusesHugeCounts) {
  const TemporaryFolder folder;
  std::string bytes = read_all(plugin("sound"));
  overwrite(bytes, offsetof(Elf64_Ehdr, e_phnum), std::uint16_t{0xffff});
  EXPECT_EQ(refusal(folder, bytes), "its ELF header is damaged");
  bytes = read_all(plugin("sound"));
  overwrite(bytes, offsetof(Elf64_Ehdr, e_phoff), ~std::uint64_t{0} - 8);
  EXPECT_EQ(refusal(folder, bytes), "the file is cut short");
}

TEST(ElfNote, LeavesOutANoteThatGoesBeyondItsSegment) {
  const TemporaryFolder folder;
  std::string bytes = read_all(plugin("sound"));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const std::size_t offset = header.e_phoff + i * sizeof(Elf64_Phdr);
    Elf64_Phdr segment;
    std::memcpy(&segment, &bytes[offset], sizeof segment);
    if (segment.p_type != PT_NOTE) continue;
    segment.p_filesz -= 8;
    overwrite(bytes, offset, segment);
  }
  EXPECT_TRUE(contains(refusal(folder, bytes), "it has no Garboard identity note"));
}

TEST(ElfNote, RefusesNotesThatAreNotWellFormed) {
  EXPECT_FALSE(parse_note("[]"));
  EXPECT_FALSE(parse_note("{"));
  EXPECT_FALSE(parse_note(R"({"name":"a","version":"1"})"));
  EXPECT_FALSE(parse_note(R"({"name":"../a","version":"1","abi":"1.0"})"));
  EXPECT_FALSE(parse_note(R"({"name":"a","version":"1\u001b[2J","abi":"1.0"})"));
  EXPECT_FALSE(parse_note(R"({"name":"a","version":"1","abi":"1.0","schemes":"a"})"));
  EXPECT_FALSE(parse_note(R"({"name":"a","version":"1","abi":"1.0","schemes":["A"]})"));
  EXPECT_FALSE(parse_note(R"({"name":"a","version":"1","abi":"1.0","idleRuns":0})"));
  EXPECT_TRUE(parse_note(R"({"name":"a","version":"1","abi":"1.0","future":{}})"));
}

}  // namespace
}  // namespace garboard::plugin_host
