// SPDX-License-Identifier: Apache-2.0
// Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): version 1,
// HMAC-SHA256.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::notify {

/// The keys in a text of one or more "whsec_<base64>", separated by white space. Throws
/// sdk::Failure, without the text, when one is none or holds fewer than 24 or more than 64 bytes.
[[nodiscard]] std::vector<std::string> read_secrets(std::string_view text);

/// The value of the header webhook-signature: one "v1,<base64>" for each key, separated by blanks.
[[nodiscard]] std::string signature_of(const std::vector<std::string>& keys, std::string_view id,
                                       std::int64_t timestamp, std::string_view body);

}  // namespace garboard::notify
