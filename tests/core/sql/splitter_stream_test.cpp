// SPDX-License-Identifier: Apache-2.0
// What must hold for any text: reads of any size give the same, time is linear, memory is small.
#include <gtest/gtest.h>

#include <array>

#include "core/sql/pieces.hpp"

namespace garboard::testing {
namespace {

/// Repeats a text until so many bytes have been given.
class EndlessSource final : public base::ByteSource {
 public:
  EndlessSource(std::string head, std::string body, std::string tail, std::size_t bytes)
      : now_(std::move(head)), body_(std::move(body)), tail_(std::move(tail)), left_(bytes) {}
  base::Result<std::size_t> read(std::span<char> buffer) override {
    std::size_t filled = 0;
    while (filled < buffer.size() && step()) {
      const std::size_t n = std::min(buffer.size() - filled, now_.size() - at_);
      std::memcpy(buffer.data() + filled, now_.data() + at_, n);
      at_ += n;
      filled += n;
    }
    return filled;
  }

 private:
  bool step() {
    if (at_ < now_.size()) return true;
    at_ = 0;
    if (left_ == 0) {
      now_ = std::exchange(tail_, {});
    } else {
      now_ = body_;
      left_ -= std::min(left_, body_.size());
    }
    return !now_.empty();
  }

  std::string now_;
  std::string body_;
  std::string tail_;
  std::size_t left_;
  std::size_t at_ = 0;
};

struct Measured {
  std::size_t statements = 0;
  std::size_t capacity = 0;
  std::string error;
};

Measured run(const model::LexicalTraits& traits, base::ByteSource& source) {
  Measured measured;
  sql::Splitter splitter(traits, source);
  sql::Piece piece;
  for (;;) {
    const base::Result<bool> more = splitter.next(piece);
    if (!more) measured.error = more.error().message;
    if (!more || !*more) break;
    measured.statements += piece.kind == sql::Piece::Kind::statement ? 1U : 0U;
  }
  measured.capacity = splitter.capacity();
  return measured;
}

constexpr std::size_t small = std::size_t{256} * 1024U;
constexpr std::size_t many = std::size_t{16} << 20U;

TEST(SplitterStream, ReadsOfAnySizeGiveTheSame) {
  const std::array scripts{
      std::pair{
          postgres_traits(),
          std::string("\xEF\xBB\xBFselect E'a\\';'\r\n 'b\\''; /* é /* x */ */ do $a$ ; $a $a$;"
                      "\\set x 'y' \\\\ copy t from stdin; select $1\nré;w\n\\.\n, 1.5e3$$;$$;"
                      "create function f() begin atomic select 1 end; end; select U&'é';\n"
                      "copy t from stdin;\n\\.x\nb\n\\.\r\nselect 2 -- x\r+1")},
      std::pair{
          mysql_traits(),
          std::string("select 5--1, 'a\\';', \"b;\" # c;\n; /*!50003 create*/ /*!50003 trigger t "
                      "before insert on a for each row begin b; end */;\ndelimiter d//\na; bd//\n"
                      "/* c */ delimiter ;\nset sql_mode='ANSI'; create procedure p() begin "
                      "declare exit handler for 1 begin a; end; end; select 1\\G x")},
      std::pair{
          sqlite_traits(),
          std::string("select $a::b(c;d), [e;f], x'00' /* ; */;\xEF\xBB\xBF create trigger t "
                      "after insert on a begin select case when 1 then 2 end; end; -- é\n é; /*")},
  };
  for (const auto& [traits, text] : scripts) {
    const Split whole = split(traits, text);
    EXPECT_EQ(whole.error, "");
    EXPECT_GE(whole.pieces.size(), 3U);
    for (std::size_t chunk = 1; chunk < 40; ++chunk) EXPECT_EQ(split(traits, text, chunk), whole);
  }
}

TEST(SplitterStream, MemoryIsThatOfOneStatement) {
  EndlessSource source("", "insert into t values (1, 'a;b'); /* c */ -- d\n", "", many);
  const Measured got = run(postgres_traits(), source);
  EXPECT_GT(got.statements, 1000U);
  EXPECT_LE(got.capacity, small);
}

TEST(SplitterStream, WhatLiesBetweenStatementsIsNotKept) {
  EndlessSource lines("", "-- comment\n\n  \t", "select 1", many);
  EXPECT_LE(run(postgres_traits(), lines).capacity, small);
  EndlessSource block("/*", "comment * /", "*/ select 1", many);
  const Measured got = run(mysql_traits(), block);
  EXPECT_LE(got.capacity, small);
  EXPECT_EQ(got.statements, 1U);
}

TEST(SplitterStream, RowsAreNotKept) {
  EndlessSource source("copy t from stdin;\n", "1\tabc;'\n", "\\.\nselect 1;", many);
  const Measured got = run(postgres_traits(), source);
  EXPECT_EQ(got.statements, 2U);
  EXPECT_LE(got.capacity, small);
}

TEST(SplitterStream, AStatementOfAnySizeIsWhole) {
  EndlessSource source("select '", "abc;\n", "'; select 2", 5U << 20U);
  const Measured got = run(postgres_traits(), source);
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.statements, 2U);
  EXPECT_LE(got.capacity, std::size_t{16} << 20U);
}

TEST(SplitterStream, AnErrorFarFromItsOpeningKnowsItsPlace) {
  EndlessSource source("select 1;\n  /*", "x\n", "", 1U << 20U);
  sql::Splitter splitter(postgres_traits(), source);
  sql::Piece piece;
  ASSERT_TRUE(*splitter.next(piece));
  const base::Result<bool> more = splitter.next(piece);
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().where.line, 2U);
  EXPECT_EQ(more.error().where.column, 3U);
}

/// A step that looks again at what it has seen would need hours for these; CTest's time limit ends
/// it.
TEST(SplitterStream, LooksAtTheTextOnce) {
  const std::array<std::array<std::string, 3>, 9> shapes{{
      {"select '", "a''", "'"},
      {"select ", "'a'\n", ""},
      {"select E'a'", "\n \n", "'b'"},
      {"select ", "$a ", ""},
      {"select $a$", "$a$a", " $a$"},
      {"/*", "/*", ""},
      {"select ", "(", ""},
      {"", "a;", ""},
      {"", "create function f() begin atomic select case a end end; end;", ""},
  }};
  for (const std::array<std::string, 3>& shape : shapes) {
    EndlessSource source(shape[0], shape[1], shape[2], std::size_t{1} << 20U);
    const Measured got = run(postgres_traits(), source);
    EXPECT_NE(got.statements == 0, got.error.empty()) << shape[0] << shape[1] << got.error;
  }
}

class FailingSource final : public base::ByteSource {
 public:
  base::Result<std::size_t> read(std::span<char> buffer) override {
    if (std::exchange(has_failed_, true))
      return base::Error{base::Code::bad_input, "the disk is gone"};
    buffer[0] = '\'';
    return std::size_t{1};
  }

 private:
  bool has_failed_ = false;
};

TEST(SplitterStream, AFailedReadIsReportedAsSuch) {
  FailingSource source;
  EXPECT_EQ(run(postgres_traits(), source).error, "the disk is gone");
}

}  // namespace
}  // namespace garboard::testing
