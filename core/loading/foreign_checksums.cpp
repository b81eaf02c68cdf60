// SPDX-License-Identifier: Apache-2.0
#include "loading/foreign_checksums.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/digests.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "loading/atlas_sum.hpp"

namespace garboard::loading {

namespace {

using model::Change;
using model::Changes;
using model::ForeignHistory;
using model::ForeignTool;
using std::string;
using std::string_view;

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30U;

string with_line_ends(string_view text, string_view end) {
  string written;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n')
      written += end;
    else
      written += c;
  }
  return written;
}

/// Prisma takes a file whose line ends alone are others for the same.
std::vector<string> prisma_checksums(string_view text) {
  std::vector<string> sums;
  for (const string& each :
       {string(text), with_line_ends(text, "\n"), with_line_ends(text, "\r\n")}) {
    base::Sha256 sha;
    sha.update(each);
    sums.push_back(sha.hex());
  }
  return sums;
}

std::vector<string> refinery_checksums_of(const Change& change, string_view text) {
  std::int64_t version = 0;
  std::from_chars(change.id.data(), change.id.data() + change.id.size(), version);
  const string stem = change.origin.stem().string();
  const std::size_t separator = stem.find("__");
  if (separator == string::npos) return {};
  return refinery_checksums(string_view(stem).substr(separator + 2), version, text);
}

std::vector<string> checksums_of(ForeignTool tool, const Change& change, string_view text) {
  switch (tool) {
    case ForeignTool::flyway:
      return {flyway_checksum(text)};
    case ForeignTool::prisma:
      return prisma_checksums(text);
    case ForeignTool::sqlx:
      return {base::sha384_hex(text)};
    case ForeignTool::refinery:
      return refinery_checksums_of(change, text);
    default:
      return {};
  }
}

/// The folder of Atlas' files, all of them in memory while the hashes are made.
class AtlasFolder {
 public:
  base::Result<void> read(ports::Files& files, const std::filesystem::path& folder) {
    auto entries = files.list(folder);
    if (!entries) return std::move(entries).error();
    for (const ports::FolderEntry& entry : *entries) {
      if (entry.is_folder || !entry.name.ends_with(".sql")) continue;
      auto text = files.read(folder / entry.name, max_bytes);
      if (!text) return std::move(text).error();
      names_.push_back(entry.name);
      texts_.push_back(*std::move(text));
    }
    return {};
  }

  /// Of a file, with all that are there now; empty when Atlas leaves it out.
  [[nodiscard]] string hash(string_view name) {
    if (hashes_.empty()) hashes_ = hashes_of([](const string&) { return true; });
    const auto found = hashes_.find(name);
    return found == hashes_.end() ? string() : found->second;
  }
  /// The same when these and no others were there, as before a file was added late.
  [[nodiscard]] string hash_among(string_view name,
                                  const std::set<string, std::less<>>& there) const {
    const Hashes hashes = hashes_of([&](const string& each) { return there.contains(each); });
    const auto found = hashes.find(name);
    return found == hashes.end() ? string() : found->second;
  }

 private:
  using Hashes = std::map<string, string, std::less<>>;

  template <class IsThere>
  [[nodiscard]] Hashes hashes_of(const IsThere& is_there) const {
    std::vector<SummedFile> files;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (is_there(names_[i])) files.push_back({names_[i], texts_[i]});
    const std::vector<string> sums = atlas_hashes(files);
    Hashes hashes;
    auto sum = sums.begin();
    for (const SummedFile& file : files)
      if (!is_left_out_of_sum(file.text))
        hashes.emplace(file.name, (sum++)->substr(string_view("h1:").size()));
    return hashes;
  }

  Hashes hashes_;
  std::vector<string> names_;
  std::vector<string> texts_;
};

base::Result<ForeignChecksums> atlas_checksums(ports::Files& files, const Changes& changes,
                                               const ForeignHistory& history) {
  ForeignChecksums sums(changes.items.size());
  const auto first = std::ranges::find_if(
      changes.items, [](const Change& change) { return !change.origin.empty(); });
  if (first == changes.items.end()) return sums;
  AtlasFolder folder;
  if (auto read = folder.read(files, first->origin.parent_path()); !read) return read.error();
  std::unordered_map<string, std::size_t> by_version;
  for (std::size_t i = 0; i < changes.items.size(); ++i) by_version.emplace(changes.items[i].id, i);
  std::set<string, std::less<>> there;  // when the entry's file was applied
  for (const model::ForeignEntry& entry : history.applied) {
    const auto found = by_version.find(entry.id);
    if (found == by_version.end()) continue;
    const string name = changes.items[found->second].origin.filename().string();
    there.insert(name);
    sums[found->second] = {folder.hash(name)};
    if (sums[found->second].front() != entry.checksum)
      sums[found->second].push_back(folder.hash_among(name, there));
    std::erase(sums[found->second], string());
  }
  return sums;
}

}  // namespace

string flyway_checksum(string_view text) {
  if (text.starts_with(base::byte_order_mark)) text.remove_prefix(base::byte_order_mark.size());
  string lines;
  std::ranges::copy_if(text, std::back_inserter(lines),
                       [](char c) { return c != '\r' && c != '\n'; });
  return std::to_string(static_cast<std::int32_t>(base::crc32(lines)));
}

std::vector<string> refinery_checksums(string_view name, std::int64_t version, string_view text) {
  std::vector<string> sums;
  for (const int bytes : {4, 8}) {
    string fed(name);
    fed += '\xFF';
    for (int i = 0; i < bytes; ++i)
      fed += static_cast<char>(static_cast<std::uint64_t>(version) >> (8 * i) & 0xFFU);
    fed += text;
    fed += '\xFF';
    sums.push_back(std::to_string(base::sip_hash_13(fed)));
  }
  return sums;
}

base::Result<ForeignChecksums> foreign_checksums(ports::Files& files, const Changes& changes,
                                                 const ForeignHistory& history) {
  if (history.tool == ForeignTool::atlas) return atlas_checksums(files, changes, history);
  ForeignChecksums sums(changes.items.size());
  const bool has_any = history.tool == ForeignTool::flyway || history.tool == ForeignTool::prisma ||
                       history.tool == ForeignTool::sqlx || history.tool == ForeignTool::refinery;
  for (std::size_t i = 0; has_any && i < changes.items.size(); ++i) {
    const Change& change = changes.items[i];
    if (change.origin.empty()) continue;
    auto text = files.read(change.origin, max_bytes);
    if (!text) return std::move(text).error();
    sums[i] = checksums_of(history.tool, change, *text);
  }
  return sums;
}

}  // namespace garboard::loading
