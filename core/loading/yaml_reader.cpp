// SPDX-License-Identifier: Apache-2.0
// yaml-cpp's event interface only: its node interface forgets duplicate keys and second documents,
// and builds what an alias bomb describes.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <cstddef>
#include <istream>
#include <streambuf>
#include <string>
#include <string_view>

#include "loading/readers.hpp"

namespace garboard::loading {

namespace {

using std::string_view;

class TextBuffer final : public std::streambuf {
 public:
  explicit TextBuffer(string_view text) {
    char* begin = const_cast<char*>(text.data());  // only read from
    setg(begin, begin, begin + text.size());
  }
};

/// Ends the parsing after a problem that makes the rest meaningless.
struct Stop {};

std::size_t offset_of(const YAML::Mark& mark) {
  return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
}

bool is_null_word(string_view text) {
  constexpr std::array<string_view, 4> words{"null", "Null", "NULL", "~"};
  for (const string_view word : words) {
    if (!text.starts_with(word)) continue;
    if (text.size() == word.size()) return true;
    return string_view(" \t\n,]}:").find(text[word.size()]) != string_view::npos;
  }
  return false;
}

/// yaml-cpp 0.7 takes the end of the text for a missing closing quote.
bool is_quote_closed(string_view text) {
  const char quote = text.front();
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 == text.size() || text[at + 1] != '\'') return true;
      ++at;
    }
  }
  return false;
}

class Handler final : public YAML::EventHandler {
 public:
  Handler(Document& document, Problems& problems) : document_(document), problems_(problems) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    if (document_.line_at(offset_of(mark)).starts_with("---"))
      refuse(offset_of(mark), "a second document starts here, expected one plan in each file",
             "put it into a file of its own, or remove the '---'");
    else
      refuse(offset_of(mark), "this does not belong to what stands before it",
             "check the indentation: a list item begins with '- ', a key is followed by ':'");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t offset = offset_of(mark);
    check_properties(offset, anchor);
    const bool is_written = is_null_word(document_.text().substr(offset));
    if (!is_written && document_.expects_value()) {
      document_.add_null(document_.nodes().back().offset);
    } else if (!is_written && offset > 0) {
      const std::size_t dash = document_.text().rfind('-', offset - 1);
      document_.add_null(dash == string_view::npos ? offset : dash);
    } else {
      document_.add_null(offset);
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(offset_of(mark), "aliases ('*name') are not read here",
           "write the text out where it is needed");
    document_.add_null(offset_of(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t offset = offset_of(mark);
    check_properties(offset, anchor);
    if (tag == "?") {
      document_.add_scalar(offset, ScalarStyle::plain, document_.keep_at(offset, value));
      return;
    }
    const string_view source = document_.text().substr(offset);
    const char first = source.empty() ? ' ' : source.front();
    ScalarStyle style = ScalarStyle::quoted;
    if (first == '|') style = ScalarStyle::literal;
    if (first == '>') style = ScalarStyle::folded;
    if ((first == '"' || first == '\'') && !is_quote_closed(source)) {
      refuse(offset, std::string("the quote ") + first + " is never closed");
      throw Stop{};
    }
    document_.add_scalar(offset, style, document_.keep_at(offset + 1, value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(offset_of(mark), NodeKind::sequence, anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(offset_of(mark), NodeKind::mapping, anchor, style);
  }
  void OnMapEnd() override { end(); }

 private:
  void begin(std::size_t offset, NodeKind kind, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style) {
    check_properties(offset, anchor);
    if (!document_.open(offset, kind)) {
      refuse(offset, "nested deeper than " + std::to_string(Document::max_depth) + " levels");
      throw Stop{};
    }
    if (flow_depth_ > 0 || style == YAML::EmitterStyle::Flow) ++flow_depth_;
  }

  void end() {
    document_.close();
    if (flow_depth_ > 0) --flow_depth_;
  }

  void check_properties(std::size_t offset, YAML::anchor_t anchor) {
    const string_view source = document_.text().substr(offset);
    if (anchor != 0) refuse(offset, "anchors ('&name') are not read here", "remove it");
    if (source.starts_with('!'))
      refuse(offset, "tags ('!name') are not read here",
             "remove it; text that looks like a number needs no tag");
    if (flow_depth_ > 0) return;
    const string_view line = document_.line_at(offset);
    const std::size_t indent = line.find_first_not_of(" \t");
    const std::size_t tab = line.find('\t');
    const std::size_t column = document_.position(offset).column - 1;
    if (tab < indent && indent == column) {
      refuse(offset - indent + tab, "a tab cannot indent, expected spaces",
             "replace the tabs at the beginning of lines by spaces");
      throw Stop{};
    }
  }

  void refuse(std::size_t offset, std::string message, std::string hint = {}) {
    problems_.add(document_, offset, std::move(message), std::move(hint));
  }

  Document& document_;
  Problems& problems_;
  std::size_t documents_ = 0;
  std::size_t flow_depth_ = 0;
};

struct Wording {
  string_view library;  ///< what yaml-cpp says
  string_view message;
  string_view hint;
};
constexpr std::array wordings{
    Wording{"illegal map value", "a ':' that fits nowhere here",
            "check the indentation of this line and the one before; text with ': ' in it needs "
            "quotes"},
    Wording{"illegal block entry", "a list item that fits nowhere here",
            "check the indentation of this '-' and of what is before it"},
    Wording{"end of map not found", "this fits nowhere in the mapping that is open here",
            "check the indentation; the keys of one mapping begin in the same column"},
    Wording{"end of sequence not found", "this fits nowhere in the list that is open here",
            "check the indentation; the '-' of one list stand in the same column"},
    Wording{"end of sequence flow not found", "a '[' is not closed", "close it with ']'"},
    Wording{"end of map flow not found", "a '{' is not closed", "close it with '}'"},
    Wording{"illegal EOF in scalar", "the text ends inside quotes", "close the quote"},
    Wording{"illegal document indicator in scalar", "'---' or '...' inside quotes",
            "close the quote"},
    Wording{"unknown token", "a character that cannot begin a value",
            "put text that begins with @, `, % or a comma into quotes"},
    Wording{"the referenced anchor is not defined", "aliases ('*name') are not read here",
            "put text that begins with '*' into quotes"},
    Wording{"bad file", "nested too deeply, or not closed", ""},
};

void refuse_syntax(const Document& document, const YAML::Exception& exception, Problems& problems) {
  const std::size_t offset = offset_of(exception.mark);
  const string_view line = document.line_at(offset);
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != string_view::npos ||
      exception.msg.find("tab") != std::string::npos) {
    problems.add(document, offset, "a tab cannot indent, expected spaces",
                 "replace the tabs at the beginning of lines by spaces");
    return;
  }
  for (const Wording& wording : wordings) {
    if (!string_view(exception.msg).starts_with(wording.library)) continue;
    problems.add(document, offset, std::string(wording.message), std::string(wording.hint));
    return;
  }
  problems.add(document, offset, "not YAML: " + exception.msg);
}

}  // namespace

bool read_yaml(Document& document, Problems& problems) {
  const std::size_t known_problems = problems.size();
  TextBuffer buffer(document.text());
  std::istream stream(&buffer);
  Handler handler(document, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const YAML::Exception& exception) {
    refuse_syntax(document, exception, problems);
    return false;
  } catch (const Stop&) {
    return false;
  }
  if (document.nodes().empty() && problems.size() == known_problems) {
    problems.add(document, 0, "the plan is empty, expected 'version: 1' and 'migrations:'",
                 "a file that was cut off or not mounted looks like this too");
    return false;
  }
  return problems.size() == known_problems;
}

}  // namespace garboard::loading
