// SPDX-License-Identifier: Apache-2.0
#include "cli/url.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace garboard::cli {
namespace {

Url parsed(std::string_view text) {
  Result<Url> url = parse_url(text);
  EXPECT_TRUE(url) << text << ": " << (url ? "" : url.error().message);
  return url ? *url : Url{.scheme = "unparsed"};
}

TEST(Url, TakesAllPartsApart) {
  const Url url = parsed(
      "PostgreSQL://bob:s3cret@db.example.com:6432/shop?sslmode=require&application_name=a%20b");
  EXPECT_EQ(url.scheme, "postgresql");
  EXPECT_EQ(url.user, "bob");
  EXPECT_EQ(url.password, "s3cret");
  EXPECT_EQ(url.host, "db.example.com");
  EXPECT_EQ(url.port, 6432);
  EXPECT_EQ(url.database, "shop");
  ASSERT_EQ(url.params.size(), 2U);
  EXPECT_EQ(url.params[0], std::pair(std::string("sslmode"), std::string("require")));
  EXPECT_EQ(url.params[1].second, "a b");
}

TEST(Url, LeavesOutWhatIsNotGiven) {
  const Url url = parsed("mysql://localhost");
  EXPECT_FALSE(url.user || url.password || url.port);
  EXPECT_EQ(url.host, "localhost");
  EXPECT_EQ(url.database, "");
  EXPECT_FALSE(parsed("postgres:///shop").host);
  EXPECT_EQ(parsed("postgres:///shop").database, "shop");
  EXPECT_EQ(parsed("postgres://bob@/shop?host=/run/pg").params.at(0).second, "/run/pg");
  EXPECT_FALSE(parsed("postgres://bob@h/d").password);
  EXPECT_EQ(parsed("postgres://bob:@h/d").password, "");
  EXPECT_EQ(parsed(" postgres://h/d\n").database, "d");
}

constexpr std::array<const char*, 34> raw_passwords{
    "p@ss",    "p@ss@word", "a/b",      "a/b/c@d", "a#b",       "a?b",  "a?b=c&d",
    "100%",    "a%zz",      "a%",       "%",       "a:b",       ":a:",  "a b",
    "a+b",     "a&b=c",     "[x]",      "[::1]",   "a\\b",      "a\"b", "it's",
    "$(x)`y`", "<>|;!*~^",  "{}",       "@",       "@@",        "/",    "?",
    "#",       "a@h:5/d?x", "ümläut-€", "p,q",     "a@b,c:1@d", "//x//"};

TEST(Url, ReadsEveryRawSpecialPassword) {
  for (const char* password : raw_passwords) {
    for (const std::string tail : {"@db.host:5432/shop?sslmode=disable", "@db.host/shop",
                                   "@db.host", "@[::1]:5432/shop", "@/shop"}) {
      const std::string text = std::string("postgres://bob:") + password + tail;
      const Url url = parsed(text);
      EXPECT_EQ(url.user, "bob") << text;
      EXPECT_EQ(url.password, password) << text;
      if (tail.starts_with("@db")) {
        EXPECT_EQ(url.host, "db.host") << text;
      }
    }
  }
}

TEST(Url, ReadsEveryEncodedPassword) {
  for (const std::string_view password : raw_passwords) {
    std::string encoded;
    for (const char c : password) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 15U];
    }
    EXPECT_EQ(parsed("postgres://bob:" + encoded + "@h/d").password, password);
  }
  EXPECT_EQ(parsed("postgres://bob:a%2541b@h/d").password, "a%41b");
}

TEST(Url, KnowsIpv6AndItsZones) {
  const Url url = parsed("postgres://bob:pw@[fe80::1%eth0]:5432/d");
  EXPECT_EQ(url.host, "fe80::1%eth0");
  EXPECT_EQ(url.port, 5432);
  EXPECT_FALSE(parse_url("postgres://[nonsense]/d"));
  EXPECT_FALSE(parse_url("postgres://[::1/d"));
}

TEST(Url, KnowsFilesOfSqlite) {
  EXPECT_EQ(parsed("sqlite:x.db").database, "x.db");
  EXPECT_EQ(parsed("sqlite://x/y.db").database, "x/y.db");
  EXPECT_EQ(parsed("sqlite:///abs/y.db").database, "/abs/y.db");
  EXPECT_EQ(parsed("sqlite:/abs/y.db").database, "/abs/y.db");
  EXPECT_EQ(parsed("sqlite::memory:").database, ":memory:");
  EXPECT_EQ(parsed("sqlite://:memory:").database, ":memory:");
  EXPECT_EQ(parsed("sqlite:a%20b@c.db?mode=ro").database, "a b@c.db");
  EXPECT_EQ(parsed("sqlite:x.db?mode=ro").params.at(0).second, "ro");
  EXPECT_FALSE(parse_url("sqlite:"));
}

TEST(Url, NamesItsSecrets) {
  EXPECT_EQ(parsed("postgres://u:one@h/d?sslpassword=two&sslmode=x").secrets(),
            (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(parsed("postgres://u@h/d").secrets().empty());
}

TEST(Url, RefusesWithoutShowingWhatWasWritten) {
  for (const std::string_view text :
       {"canary", "canary@host/db", "postgres//bob:canary@h/d", "postgres://bob:canary@h:99999/d",
        "postgres://bob:canary@h:0/d", "postgres://bob:canary", "postgres://bob:canary@ho st/d",
        "postgres://bob:canary@h1,h2/d", "postgres://bob:canary@h/d?x",
        "postgres://bob:canary@h/d?=x", "postgres://bob:canary@h/d?a=1&a=2",
        "postgres://bob:canary%00@h/d", "jdbc:postgresql://u:canary@h/d",
        "postgres://bob:canary@h/d%0a", "postgres://[canary]/d", ""}) {
    const Result<Url> url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, base::Code::bad_input);
    EXPECT_EQ((url.error().message + url.error().hint).find("canary"), std::string::npos) << text;
    EXPECT_FALSE(url.error().hint.empty());
  }
}

TEST(Url, IsWrittenSoThatItIsReadBack) {
  for (const char* text :
       {"postgres://bob:s3c%2Fr%40t:%20x@db.example:6432/a%2Fb%3Fc?sslmode=require&options=-c%20a",
        "postgres://%2Fvar%2Frun/db", "mysql://root@[fe80::1]:3306/", "postgres://:pw@h/d",
        "sqlite:/tmp/a%20b%3f.db?mode=ro", "postgres:///d", "mysql://u%2Fv:@h"}) {
    const Url url = parsed(text);
    const Url again = parsed(url_text(url));
    EXPECT_EQ(again.scheme, url.scheme) << text;
    EXPECT_EQ(again.user, url.user) << text;
    EXPECT_EQ(again.password, url.password) << text;
    EXPECT_EQ(again.host, url.host) << text;
    EXPECT_EQ(again.port, url.port) << text;
    EXPECT_EQ(again.database, url.database) << text;
    EXPECT_EQ(again.params, url.params) << text;
  }
}

}  // namespace
}  // namespace garboard::cli
