// SPDX-License-Identifier: Apache-2.0
#include "base/digests.hpp"

#include <gtest/gtest.h>

#include <string>

namespace garboard::base {
namespace {

// The check value of the CRC's definition.
TEST(Digests, GiveTheCrcOfItsDefinition) { EXPECT_EQ(crc32("123456789"), 0xCBF43926U); }

// The example of FIPS 180-2.
TEST(Digests, GiveTheShaOfItsDefinition) {
  EXPECT_EQ(sha384_hex("abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358bae"
            "ca134c825a7");
}

// From Rust's SipHasher13: "initial", a byte FF, the number 1 in four bytes, the text, a byte FF.
TEST(Digests, GiveTheSipHashOfRust) {
  const std::string message = std::string("initial\xFF\x01\0\0\0", 12) +
                              "CREATE TABLE users (id INTEGER PRIMARY KEY);\n\xFF";
  EXPECT_EQ(sip_hash_13(message), 7180407612138126892U);
}

}  // namespace
}  // namespace garboard::base
