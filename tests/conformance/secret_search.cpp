// SPDX-License-Identifier: Apache-2.0
#include "secret_search.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace garboard::conformance {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
  return encoded;
}

/// What base64 makes of the secret behind `before` other bytes, without the ends that its
/// neighbours have a part in.
std::string base64_inside(std::string_view secret, std::size_t before) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string text = std::string(before, '\0') + std::string(secret);
  std::string encoded;
  for (std::size_t at = 0; at + 3 <= text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | static_cast<unsigned char>(text[at + i]);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) encoded += digits[bits >> shift & 63U];
  }
  return encoded.substr((before * 8 + 5) / 6);
}

}  // namespace

SecretSearch::SecretSearch(std::string_view secret)
    : forms_{std::string(secret), percent_encoded(secret)} {
  const std::string quoted = nlohmann::json(secret).dump();
  forms_.push_back(quoted.substr(1, quoted.size() - 2));
  for (const std::size_t before : {0U, 1U, 2U}) forms_.push_back(base64_inside(secret, before));
  std::erase_if(forms_, [](const std::string& form) { return form.size() < 5; });
}

bool SecretSearch::is_in(std::string_view text) const {
  return std::ranges::any_of(forms_, [text](const std::string& form) {
    return text.find(form) != std::string_view::npos;
  });
}

}  // namespace garboard::conformance
