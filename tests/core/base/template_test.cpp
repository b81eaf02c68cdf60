// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/template_source.hpp"

namespace garboard::base {
namespace {

/// Gives one byte at a time, so that every token spans pieces.
class SlowSource final : public ByteSource {
 public:
  explicit SlowSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    if (at_ == text_.size()) return std::size_t{0};
    buffer[0] = text_[at_++];
    return std::size_t{1};
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Read {
  explicit Read(std::string text)
      : source(std::make_unique<SlowSource>(std::move(text)), [this](std::string_view name) {
          const auto found = values.find(name);
          return found == values.end() ? nullptr : &found->second;
        }) {}
  std::string all() {
    std::string made;
    std::array<char, 5> buffer{};
    while (true) {
      const auto n = source.read(buffer);
      if (!n) return "error: " + n.error().message;
      if (*n == 0) return made;
      made.append(buffer.data(), *n);
    }
  }
  std::map<std::string, std::string, std::less<>> values = {{"A", "one"}, {"LONG", "x\ny\nzz"}};
  TemplateSource source;
};

TEST(Template, PutsValuesInAcrossPieces) {
  EXPECT_EQ(Read("a ${A} b${A}${A}").all(), "a one boneone");
  EXPECT_EQ(Read("${LONG}").all(), "x\ny\nzz");
}

TEST(Template, LeavesOtherDollarsAlone) {
  EXPECT_EQ(Read("$1 $$ $tag$ $$x$$ a$").all(), "$1 $$ $tag$ $$x$$ a$");
  EXPECT_EQ(Read("$${A} $$${A}").all(), "${A} $${A}");
}

TEST(Template, RefusesWhatHasNoValue) {
  EXPECT_EQ(Read("a ${B}").all(), "error: '${B}' is no placeholder");
  EXPECT_EQ(Read("a ${A\n}").all(), "error: '${A' is no placeholder");
}

TEST(Template, FindsTheWayBackToThePlaceInTheTemplate) {
  Read read("ab ${A} c ${LONG} d\n e");
  EXPECT_EQ(read.all(), "ab one c x\ny\nzz d\n e");
  const auto place = [&](std::uint32_t line, std::uint32_t column) {
    const TextPlace found = read.source.place_in_template({line, column});
    return std::to_string(found.line) + ":" + std::to_string(found.column);
  };
  EXPECT_EQ(place(1, 1), "1:1");
  EXPECT_EQ(place(1, 5), "1:4");   // inside of the first value
  EXPECT_EQ(place(1, 8), "1:9");   // the c
  EXPECT_EQ(place(2, 1), "1:11");  // inside of the second
  EXPECT_EQ(place(3, 4), "1:19");  // the d
  EXPECT_EQ(place(4, 2), "2:2");   // the e
}

TEST(Template, KnowsTheTemplateOfAPartOfTheText) {
  Read read("SELECT ${A}; SELECT '$${', ${LONG};");
  const std::string text = read.all();
  EXPECT_EQ(text, "SELECT one; SELECT '${', x\ny\nzz;");
  EXPECT_EQ(read.source.slice(text.substr(0, 10), 0).text, "SELECT ${A}");
  EXPECT_EQ(read.source.slice(text.substr(12), 12).text, "SELECT '$${', ${LONG};");
  EXPECT_EQ(read.source.slice(text.substr(12), 12).place_in_template({1, 13}), (TextPlace{1, 14}));
  read.source.forget_before(12);
  EXPECT_EQ(read.source.slice(text.substr(12), 12).text, "SELECT '$${', ${LONG};");
}

}  // namespace
}  // namespace garboard::base
