// SPDX-License-Identifier: Apache-2.0
#include "loading/derived_names.hpp"

#include <algorithm>

#include "base/sha256.hpp"

namespace garboard::loading {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string cut(const std::string& base, const std::string& end) {
  if (base.size() + end.size() <= DerivedNames::max_bytes) return base + end;
  const std::string tail = "_" + short_hash(base) + end;
  std::size_t size = DerivedNames::max_bytes - std::min(tail.size(), DerivedNames::max_bytes);
  while (size > 0 && (static_cast<unsigned char>(base[size]) & 0xC0U) == 0x80U) --size;
  return base.substr(0, size) + tail;
}

}  // namespace

std::string short_hash(std::string_view text) {
  base::Sha256 digest;
  digest.update(text);
  return digest.hex().substr(0, 8);
}

bool DerivedNames::take(std::string_view name) { return taken_.insert(lower(name)).second; }

std::string DerivedNames::derive(std::span<const std::string> words, std::string_view suffix) {
  std::string base = table_;
  for (const std::string& word : words) base += "_" + word;
  std::string name = cut(base, "_" + std::string(suffix));
  for (int number = 1; !take(name); ++number)
    name = cut(base, "_" + std::string(suffix) + std::to_string(number));
  return name;
}

}  // namespace garboard::loading
