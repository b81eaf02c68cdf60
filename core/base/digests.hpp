// SPDX-License-Identifier: Apache-2.0
// Digests that other tools keep of their migrations, so that an edited file is noticed when their
// history is taken over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace garboard::base {

/// CRC-32 as zlib, Java and IEEE 802.3 have it.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

/// 96 lower-case hex digits.
[[nodiscard]] std::string sha384_hex(std::string_view bytes);

/// SipHash-1-3 with a key of zeros.
[[nodiscard]] std::uint64_t sip_hash_13(std::string_view bytes);

}  // namespace garboard::base
