// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <nettle/base64.h>
#include <nettle/hmac.h>

#include <array>
#include <cstddef>
#include <optional>

#include <garboard/plugin.hpp>

namespace garboard::notify {
namespace {

constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::optional<std::string> from_base64(std::string_view text) {
  base64_decode_ctx context{};
  base64_decode_init(&context);
  std::string bytes(BASE64_DECODE_LENGTH(text.size()), '\0');
  std::size_t length = bytes.size();
  if (base64_decode_update(&context, &length, reinterpret_cast<std::uint8_t*>(bytes.data()),
                           text.size(), text.data()) == 0 ||
      base64_decode_final(&context) == 0)
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(text.data(), bytes.size(), bytes_of(bytes));
  return text;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  hmac_sha256_ctx context{};
  hmac_sha256_set_key(&context, key.size(), bytes_of(key));
  hmac_sha256_update(&context, text.size(), bytes_of(text));
  std::string digest(SHA256_DIGEST_SIZE, '\0');
  hmac_sha256_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
  return digest;
}

std::string read_secret(std::string_view word) {
  constexpr std::string_view prefix = "whsec_";
  if (word.substr(0, prefix.size()) == prefix) {
    const auto key = from_base64(word.substr(prefix.size()));
    if (key && key->size() >= shortest_key && key->size() <= longest_key) return *key;
  }
  throw sdk::Failure(
      GBD_E_INVALID,
      "a secret is whsec_ and 24 to 64 random bytes in base64; what is there is not");
}

}  // namespace

std::vector<std::string> read_secrets(std::string_view text) {
  constexpr const char* space = " \t\r\n";
  std::vector<std::string> keys;
  while (true) {
    const auto begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return keys;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(space));
    text.remove_prefix(word.size());
    keys.push_back(read_secret(word));
  }
}

std::string signature_of(const std::vector<std::string>& keys, std::string_view id,
                         std::int64_t timestamp, std::string_view body) {
  std::string signed_text(id);
  signed_text.append(".").append(std::to_string(timestamp)).append(".").append(body);
  std::string signature;
  for (const std::string& key : keys)
    signature.append(signature.empty() ? "v1," : " v1,")
        .append(to_base64(hmac_sha256(key, signed_text)));
  return signature;
}

}  // namespace garboard::notify
