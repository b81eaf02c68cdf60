// SPDX-License-Identifier: Apache-2.0
// nlohmann's SAX parser over an iterator that tells how far it has read, which gives each value the
// place that the library itself does not know.
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "loading/readers.hpp"

namespace garboard::loading {

namespace {

using Json = nlohmann::json;

/// Walks over the text and leaves its place where the handler sees it.
class TracedIterator {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the names that std::iterator_traits looks for
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  // NOLINTEND(readability-identifier-naming)

  TracedIterator() = default;
  TracedIterator(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  TracedIterator& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  TracedIterator operator++(int) {
    TracedIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TracedIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_ = nullptr;
  const char** seen_ = nullptr;
};

class Handler final : public nlohmann::json_sax<Json> {
 public:
  Handler(Document& document, Problems& problems)
      : document_(document), problems_(problems), seen_(document.text().data()) {}

  [[nodiscard]] const char** seen() noexcept { return &seen_; }

  bool null() override {
    document_.add_null(start());
    return advance();
  }
  bool boolean(bool value) override { return literal(value ? 4 : 5); }
  bool number_integer(number_integer_t /*value*/) override { return number(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return number(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return number();
  }
  bool string(string_t& value) override {
    const std::size_t offset = start();
    document_.add_scalar(offset, ScalarStyle::quoted, document_.keep_at(offset + 1, value));
    return advance();
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool key(string_t& value) override { return string(value); }
  bool start_object(std::size_t /*elements*/) override { return open(NodeKind::mapping); }
  bool start_array(std::size_t /*elements*/) override { return open(NodeKind::sequence); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& exception) override {
    // "[json.exception...] parse error at line 1, column 2: <what>"
    std::string_view what = exception.what();
    what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
    if (what.starts_with("parse error at"))
      what.remove_prefix(std::min(what.find(": ") + 2, what.size()));
    problems_.add(document_, position == 0 ? 0 : position - 1, "not JSON: " + std::string(what));
    return false;
  }

 private:
  /// Offset of the value just read: the first byte after the last one that is no separator.
  [[nodiscard]] std::size_t start() const {
    return document_.text().find_first_not_of(" \t\n,:", after_);
  }
  bool advance() {
    after_ = static_cast<std::size_t>(seen_ - document_.text().data());
    return true;
  }
  bool literal(std::size_t length) {
    const std::size_t offset = start();
    document_.add_scalar(offset, ScalarStyle::plain, document_.text().substr(offset, length));
    return advance();
  }
  bool number() {
    const std::string_view rest = document_.text().substr(start());
    return literal(std::min(rest.find_first_not_of("+-.0123456789eE"), rest.size()));
  }
  bool open(NodeKind kind) {
    const std::size_t offset = start();
    if (!document_.open(offset, kind)) {
      problems_.add(document_, offset,
                    "nested deeper than " + std::to_string(Document::max_depth) + " levels");
      return false;
    }
    return advance();
  }
  bool close() {
    document_.close();
    return advance();
  }

  Document& document_;
  Problems& problems_;
  const char* seen_;
  std::size_t after_ = 0;
};

}  // namespace

bool read_json(Document& document, Problems& problems) {
  const std::string_view text = document.text();
  if (text.find_first_not_of(" \t\n") == std::string_view::npos) {
    problems.add(document, 0, "the plan is empty, expected an object with \"version\": 1",
                 "a file that was cut off or not mounted looks like this too");
    return false;
  }
  Handler handler(document, problems);
  const TracedIterator begin(text.data(), handler.seen());
  const TracedIterator end(text.data() + text.size(), handler.seen());
  return Json::sax_parse(begin, end, &handler);
}

}  // namespace garboard::loading
