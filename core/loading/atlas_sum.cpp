// SPDX-License-Identifier: Apache-2.0
#include "loading/atlas_sum.hpp"

#include <algorithm>
#include <cstdint>

#include "base/sha256.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

unsigned hex_value(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

string base64_of_hex(string_view hex) {
  constexpr string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : hex) {
    bits = bits << 4U | hex_value(c);
    count += 4;
    if (count < 6) continue;
    count -= 6;
    text += alphabet[(bits >> count) & 63U];
  }
  if (count > 0) text += alphabet[(bits << (6 - count)) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

}  // namespace

bool is_left_out_of_sum(string_view text) {
  while (text.starts_with("--")) {
    const string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with("-- atlas:sum ignore")) return true;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

std::vector<string> atlas_hashes(std::span<const SummedFile> files) {
  std::vector<string> hashes;
  base::Sha256 sha;
  for (const SummedFile& file : files) {
    sha.update(file.name);
    if (is_left_out_of_sum(file.text)) continue;
    sha.update(file.text);
    base::Sha256 so_far = sha;
    hashes.push_back("h1:" + base64_of_hex(so_far.hex()));
  }
  return hashes;
}

string atlas_sum(std::span<const SummedFile> files) {
  const std::vector<string> hashes = atlas_hashes(files);
  base::Sha256 sha;
  string lines;
  std::size_t i = 0;
  for (const SummedFile& file : files) {
    if (is_left_out_of_sum(file.text)) continue;
    const string& hash = hashes[i++];
    sha.update(file.name);
    sha.update(string_view(hash).substr(3));
    lines += string(file.name) + " " + hash + "\n";
  }
  return "h1:" + base64_of_hex(sha.hex()) + "\n" + lines;
}

}  // namespace garboard::loading
