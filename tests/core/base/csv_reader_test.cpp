// SPDX-License-Identifier: Apache-2.0
#include "base/csv_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace garboard::base {
namespace {

using Record = std::vector<std::string>;

/// Gives at most `chunk` bytes at a time.
class Chunks final : public ByteSource {
 public:
  Chunks(std::string_view text, std::size_t chunk) : text_(text), chunk_(chunk) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    return text_.read(buffer.first(std::min(buffer.size(), chunk_)));
  }

 private:
  TextSource text_;
  std::size_t chunk_;
};

struct Outcome {
  std::vector<Record> records;
  std::vector<std::string> places;  ///< of each record
  Error error;
};

/// Quoted fields in angle brackets.
Outcome read_all(std::string_view text, std::size_t chunk, char delimiter = ',') {
  Chunks source(text, chunk);
  CsvReader reader(source, "f.csv", delimiter);
  Outcome outcome;
  while (true) {
    auto found = reader.next();
    if (!found) {
      outcome.error = std::move(found).error();
      return outcome;
    }
    if (!*found) return outcome;
    Record record;
    for (const CsvField& field : reader.fields())
      record.push_back(field.is_quoted ? "<" + std::string(field.text) + ">"
                                       : std::string(field.text));
    outcome.records.push_back(record);
    outcome.places.push_back(reader.position().text());
  }
}

/// The same however the bytes come in.
Outcome read(std::string_view text, char delimiter = ',') {
  Outcome whole = read_all(text, text.size() + 1, delimiter);
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
    const Outcome pieces = read_all(text, chunk, delimiter);
    EXPECT_EQ(pieces.records, whole.records) << "in chunks of " << chunk;
    EXPECT_EQ(pieces.places, whole.places) << "in chunks of " << chunk;
    EXPECT_EQ(pieces.error.message, whole.error.message) << "in chunks of " << chunk;
    EXPECT_EQ(pieces.error.where, whole.error.where) << "in chunks of " << chunk;
  }
  return whole;
}

TEST(CsvReader, ReadsRecordsWithAnyLineEnd) {
  const std::vector<Record> expected{{"a", "b"}, {"1", "2"}};
  EXPECT_EQ(read("a,b\n1,2\n").records, expected);
  EXPECT_EQ(read("a,b\r\n1,2\r\n").records, expected);
  EXPECT_EQ(read("a,b\n1,2").records, expected);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n1,2")
                .records,
            expected);
}

TEST(CsvReader, KeepsEmptyFieldsApartFromEmptyTexts) {
  EXPECT_EQ(read(",\"\",\n").records, (std::vector<Record>{{"", "<>", ""}}));
  EXPECT_EQ(read("a\n\nb\n").records, (std::vector<Record>{{"a"}, {""}, {"b"}}));
  EXPECT_TRUE(read("").records.empty());
}

TEST(CsvReader, TakesEverythingInsideQuotes) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\nx,y,z\n").records,
            (std::vector<Record>{{"<a,b>", "<say \"hi\">", "<two\r\nlines>"}, {"x", "y", "z"}}));
  EXPECT_EQ(read("\"\"\"\",\"\"\"\"\"\"\n").records, (std::vector<Record>{{"<\">", "<\"\">"}}));
}

TEST(CsvReader, KnowsOtherDelimiters) {
  EXPECT_EQ(read("a,b;c\n", ';').records, (std::vector<Record>{{"a,b", "c"}}));
  EXPECT_EQ(read("a\t\"b\tc\"\n", '\t').records, (std::vector<Record>{{"a", "<b\tc>"}}));
}

TEST(CsvReader, TellsWhereEachRecordBegins) {
  EXPECT_EQ(read("a\n\"1\n2\n3\"\nb\n").places,
            (std::vector<std::string>{"f.csv:1:1", "f.csv:2:1", "f.csv:5:1"}));
}

TEST(CsvReader, PlacesEachMistake) {
  const auto where = [](std::string_view text) { return read(text).error.where.text(); };
  EXPECT_EQ(where("a,b\nx,\"y\nz"), "f.csv:2:3") << "the quote that is never closed";
  EXPECT_EQ(where("a,b\nü\"x,y\n"), "f.csv:2:2") << "columns count characters";
  EXPECT_EQ(where("a\n\"x\ny\" z,1\n"), "f.csv:3:3") << "text after a closing quote";
  EXPECT_EQ(where("a\rb\n"), "f.csv:1:2");
  EXPECT_EQ(where("a\nb\r"), "f.csv:2:2");
  EXPECT_EQ(where("a\nb\xFF"
                  "c\n"),
            "f.csv:2:2");
  EXPECT_EQ(where(std::string_view("a\nbc\0d\n", 7)), "f.csv:2:3");
}

TEST(CsvReader, BoundsTheLengthOfARecord) {
  const std::string text = "a\n\"" + std::string(CsvReader::max_record_bytes + 10, 'x');
  const Outcome outcome = read_all(text, 1U << 20U);
  EXPECT_EQ(outcome.records.size(), 1U);
  EXPECT_EQ(outcome.error.where.text(), "f.csv:2:1");
}

TEST(CsvReader, ReadsRecordsLongerThanItsBuffer) {
  const std::string field(300'000, 'x');
  const Outcome outcome = read_all("\"" + field + "\",b\nc,d\n", 7000);
  EXPECT_EQ(outcome.records, (std::vector<Record>{{"<" + field + ">", "b"}, {"c", "d"}}));
}

}  // namespace
}  // namespace garboard::base
