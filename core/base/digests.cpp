// SPDX-License-Identifier: Apache-2.0
#include "base/digests.hpp"

#include <nettle/sha2.h>

#include <array>
#include <bit>
#include <cstddef>

#include <boost/crc.hpp>

namespace garboard::base {

namespace {

/// The state of SipHash; one instance for one message.
class Sip {
 public:
  void absorb(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }
  std::uint64_t finish() {
    v2_ ^= 0xFFU;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  // the words of the algorithm's definition; the key, which is 0, would be added to them
  std::uint64_t v0_ = 0x736f6d6570736575U;
  std::uint64_t v1_ = 0x646f72616e646f6dU;
  std::uint64_t v2_ = 0x6c7967656e657261U;
  std::uint64_t v3_ = 0x7465646279746573U;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return word;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string sha384_hex(std::string_view bytes) {
  sha384_ctx state{};
  nettle_sha384_init(&state);
  // reinterpret_cast: nettle takes unsigned bytes
  nettle_sha512_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::array<std::uint8_t, SHA384_DIGEST_SIZE> digest{};
  nettle_sha384_digest(&state, digest.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::uint64_t sip_hash_13(std::string_view bytes) {
  Sip sip;
  const std::uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) sip.absorb(little_endian(bytes.substr(0, 8)));
  sip.absorb(little_endian(bytes) | (length & 0xFFU) << 56U);
  return sip.finish();
}

}  // namespace garboard::base
