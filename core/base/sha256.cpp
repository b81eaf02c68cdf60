// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace garboard::base {

namespace {
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
}

void Sha256::update(std::string_view bytes) noexcept {
  // reinterpret_cast: nettle takes unsigned bytes
  nettle_sha256_update(&state_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::string Sha256::hex() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  nettle_sha256_digest(&state_, digest.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(2 * digest.size(), '\0');
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = digits[digest[i] >> 4U];
    text[2 * i + 1] = digits[digest[i] & 15U];
  }
  return text;
}

void ScriptDigest::update(std::string_view bytes) {
  if (is_past_head_) return feed(bytes);
  if (head_.empty() && !bytes.empty() && bytes.front() != byte_order_mark.front()) {
    is_past_head_ = true;
    return feed(bytes);
  }
  head_ += bytes;
  if (head_.size() < byte_order_mark.size()) return;
  is_past_head_ = true;
  std::string_view rest = head_;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  feed(rest);
  head_.clear();
}

void ScriptDigest::feed(std::string_view bytes) {
  if (ended_in_cr_ && !bytes.empty()) {
    ended_in_cr_ = false;
    if (bytes.front() == '\n') bytes.remove_prefix(1);  // its CR was fed as LF already
  }
  while (!bytes.empty()) {
    const std::size_t cr = bytes.find('\r');
    if (cr == std::string_view::npos) return sha_.update(bytes);
    sha_.update(bytes.substr(0, cr));
    sha_.update("\n");
    bytes.remove_prefix(cr + 1);
    if (bytes.empty()) {
      ended_in_cr_ = true;
    } else if (bytes.front() == '\n') {
      bytes.remove_prefix(1);
    }
  }
}

void ScriptDigest::end_head() {
  if (!is_past_head_) feed(head_);
  head_.clear();
  is_past_head_ = false;
  ended_in_cr_ = false;
}

void ScriptDigest::end_text() {
  end_head();
  sha_.update(std::string_view("\0", 1));
}

std::string ScriptDigest::hex() {
  end_head();
  return sha_.hex();
}

}  // namespace garboard::base
