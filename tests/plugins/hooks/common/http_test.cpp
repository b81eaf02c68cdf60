// SPDX-License-Identifier: Apache-2.0
#include "common/http.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace garboard::hooks {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(HookHttp, SaysOnlyTheOriginOfAUrl) {
  EXPECT_EQ(origin_of("https://hooks.example.com/services/T/canary"), "https://hooks.example.com");
  EXPECT_EQ(origin_of("http://me:canary@host:81?x=canary"), "http://host:81");
  EXPECT_EQ(origin_of("http://me:can/ary@host"), "http://me:can");
  for (const char* url : {"", "host", "ftp://host", "https://", "file:///etc/passwd", "http:///x"})
    EXPECT_EQ(origin_of(url), "") << url;
}

TEST(HookHttp, FindsCredentials) {
  EXPECT_TRUE(has_credentials("http://me:secret@host/x"));
  EXPECT_TRUE(has_credentials("http://me@host"));
  EXPECT_FALSE(has_credentials("http://host/a@b?c@d"));
  EXPECT_FALSE(has_credentials(""));
}

TEST(HookHttp, EncodesAPathsSegment) {
  EXPECT_EQ(percent_encoded("a-b_c.d~9"), "a-b_c.d~9");
  EXPECT_EQ(percent_encoded("a b/\xc3\xa9%"), "a%20b%2F%C3%A9%25");
}

TEST(HookHttp, RefusesOtherSchemes) {
  EXPECT_NE(post({"file:///etc/passwd", {}, ""}, milliseconds(1000)).error, "");
}

TEST(HookDeadline, EndsAWaitThatIsTooLong) {
  Deadline deadline(hours(1));
  EXPECT_TRUE(deadline.wait(milliseconds(1)));
  EXPECT_FALSE(deadline.wait(hours(2)));
  EXPECT_GT(deadline.left(), milliseconds(0));
}

TEST(HookDeadline, MayBeBroughtForwardMeanwhile) {
  Deadline deadline;
  EXPECT_GT(deadline.left(), hours(1000));
  std::thread other([&] { deadline.shorten(milliseconds(10)); });
  EXPECT_FALSE(deadline.wait(hours(1)));
  other.join();
  deadline.shorten(hours(1));
  EXPECT_LE(deadline.left(), milliseconds(10));
}

}  // namespace
}  // namespace garboard::hooks
