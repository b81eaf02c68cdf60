// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace garboard::base {
namespace {

std::string plain(std::string_view text) {
  Sha256 sha;
  sha.update(text);
  return sha.hex();
}

std::string script(std::string_view text, std::size_t chunk) {
  ScriptDigest digest;
  for (; !text.empty(); text.remove_prefix(std::min(chunk, text.size())))
    digest.update(text.substr(0, chunk));
  return digest.hex();
}

TEST(Sha256, AnswersThePublishedExample) {
  EXPECT_EQ(plain("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ScriptDigest, SeesNoDifferenceBetweenLineEnds) {
  for (std::size_t chunk = 1; chunk < 8; ++chunk) {
    EXPECT_EQ(script("a\r\nb\r\n", chunk), plain("a\nb\n")) << chunk;
    EXPECT_EQ(script("a\rb\r\r\n", chunk), plain("a\nb\n\n")) << chunk;
    EXPECT_EQ(script("\xEF\xBB\xBF"
                     "a\n",
                     chunk),
              plain("a\n"))
        << chunk;
    EXPECT_EQ(script("\xEF\xBB", chunk), plain("\xEF\xBB")) << chunk;
    EXPECT_EQ(script("\r", chunk), plain("\n")) << chunk;
    EXPECT_NE(script("a\n\nb", chunk), script("a\nb", chunk)) << chunk;
  }
  EXPECT_EQ(script("a\xEF\xBB\xBF", 3), plain("a\xEF\xBB\xBF"));
}

TEST(ScriptDigest, StartsOverAfterEachHex) {
  ScriptDigest digest;
  digest.update("x\r");
  (void)digest.hex();
  digest.update("\n\xEF\xBB\xBF");
  EXPECT_EQ(digest.hex(), plain("\n\xEF\xBB\xBF"));
}

}  // namespace
}  // namespace garboard::base
