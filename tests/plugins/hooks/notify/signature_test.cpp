// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <gtest/gtest.h>

#include <string>

#include <garboard/plugin.hpp>

namespace garboard::notify {
namespace {

// The vector that the libraries of Standard Webhooks are tested with.
constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string signature(const std::string& secrets) {
  return signature_of(read_secrets(secrets), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                      R"({"test": 2432232314})");
}

TEST(Signature, IsThatOfTheStandard) {
  EXPECT_EQ(signature(secret), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, IsMadeWithEachSecretInTheirOrder) {
  EXPECT_EQ(signature(std::string(other) + "\n " + secret),
            signature(other) + " " + signature(secret));
  EXPECT_NE(signature(other), signature(secret));
}

TEST(Secrets, AreReadWithoutBeingSaid) {
  EXPECT_TRUE(read_secrets(" \n").empty());
  EXPECT_EQ(read_secrets(other).at(0).size(), 32U);
  for (const std::string wrong :
       {"canary", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_canary!!", "whsec_Y2FuYXJ5",
        "whsec_canary_with_what_is_no_base64_at_all", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"}) {
    try {
      static_cast<void>(read_secrets(std::string(secret) + " " + wrong));
      ADD_FAILURE() << wrong;
    } catch (const sdk::Failure& failure) {
      EXPECT_EQ(failure.message.find("canary"), std::string::npos);
      EXPECT_EQ(failure.message.find("MfKQ"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace garboard::notify
