// SPDX-License-Identifier: Apache-2.0
#include "sql/word.hpp"

#include <algorithm>
#include <array>

namespace garboard::sql {

namespace {

struct Entry {
  std::string_view text;
  Word word;
};

constexpr std::array entries{
    Entry{"abort", Word::abort},
    Entry{"after", Word::after},
    Entry{"aggregate", Word::aggregate},
    Entry{"alter", Word::alter},
    Entry{"and", Word::and_},
    Entry{"as", Word::as},
    Entry{"ascii", Word::ascii},
    Entry{"atomic", Word::atomic},
    Entry{"begin", Word::begin},
    Entry{"binary", Word::binary},
    Entry{"body", Word::body},
    Entry{"case", Word::case_},
    Entry{"char", Word::char_},
    Entry{"character", Word::character},
    Entry{"charset", Word::charset},
    Entry{"collate", Word::collate},
    Entry{"comment", Word::comment},
    Entry{"commit", Word::commit},
    Entry{"concat", Word::concat},
    Entry{"contains", Word::contains},
    Entry{"copy", Word::copy},
    Entry{"create", Word::create},
    Entry{"data", Word::data},
    Entry{"declare", Word::declare},
    Entry{"definer", Word::definer},
    Entry{"delete", Word::delete_},
    Entry{"deterministic", Word::deterministic},
    Entry{"do", Word::do_},
    Entry{"each", Word::each},
    Entry{"else", Word::else_},
    Entry{"elseif", Word::elseif},
    Entry{"elsif", Word::elsif},
    Entry{"end", Word::end},
    Entry{"event", Word::event},
    Entry{"exception", Word::exception},
    Entry{"exists", Word::exists},
    Entry{"explain", Word::explain},
    Entry{"follows", Word::follows},
    Entry{"for", Word::for_},
    Entry{"found", Word::found},
    Entry{"from", Word::from},
    Entry{"function", Word::function},
    Entry{"global", Word::global},
    Entry{"handler", Word::handler},
    Entry{"if", Word::if_},
    Entry{"in", Word::in},
    Entry{"insert", Word::insert},
    Entry{"invoker", Word::invoker},
    Entry{"is", Word::is},
    Entry{"language", Word::language},
    Entry{"local", Word::local},
    Entry{"loop", Word::loop},
    Entry{"modifies", Word::modifies},
    Entry{"no", Word::no},
    Entry{"not", Word::not_},
    Entry{"of", Word::of},
    Entry{"on", Word::on},
    Entry{"or", Word::or_},
    Entry{"package", Word::package},
    Entry{"plan", Word::plan},
    Entry{"precedes", Word::precedes},
    Entry{"precision", Word::precision},
    Entry{"prepare", Word::prepare},
    Entry{"prepared", Word::prepared},
    Entry{"procedure", Word::procedure},
    Entry{"query", Word::query},
    Entry{"reads", Word::reads},
    Entry{"repeat", Word::repeat},
    Entry{"replace", Word::replace},
    Entry{"return", Word::return_},
    Entry{"returns", Word::returns},
    Entry{"rollback", Word::rollback},
    Entry{"row", Word::row},
    Entry{"security", Word::security},
    Entry{"select", Word::select},
    Entry{"session", Word::session},
    Entry{"set", Word::set},
    Entry{"signed", Word::signed_},
    Entry{"sql", Word::sql},
    Entry{"sql_mode", Word::sql_mode},
    Entry{"sqlstate", Word::sqlstate},
    Entry{"start", Word::start},
    Entry{"stdin", Word::stdin_},
    Entry{"stdout", Word::stdout_},
    Entry{"temp", Word::temp},
    Entry{"temporary", Word::temporary},
    Entry{"then", Word::then},
    Entry{"to", Word::to},
    Entry{"transaction", Word::transaction},
    Entry{"trigger", Word::trigger},
    Entry{"unicode", Word::unicode},
    Entry{"unsigned", Word::unsigned_},
    Entry{"until", Word::until},
    Entry{"update", Word::update},
    Entry{"value", Word::value},
    Entry{"values", Word::values},
    Entry{"varying", Word::varying},
    Entry{"when", Word::when},
    Entry{"while", Word::while_},
    Entry{"with", Word::with},
    Entry{"work", Word::work},
    Entry{"zerofill", Word::zerofill},
};
static_assert(std::is_sorted(entries.begin(), entries.end(),
                             [](const Entry& a, const Entry& b) { return a.text < b.text; }));

constexpr std::size_t longest = 13;  // deterministic
static_assert(std::all_of(entries.begin(), entries.end(),
                          [](const Entry& entry) { return entry.text.size() <= longest; }));

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

Word word_of(std::string_view text) noexcept {
  if (text.size() < 2 || text.size() > longest) return Word::other;
  std::array<char, longest> buffer{};
  std::transform(text.begin(), text.end(), buffer.begin(), lower);
  const std::string_view wanted(buffer.data(), text.size());
  const auto* const found =
      std::lower_bound(entries.begin(), entries.end(), wanted,
                       [](const Entry& entry, std::string_view key) { return entry.text < key; });
  return found != entries.end() && found->text == wanted ? found->word : Word::other;
}

bool is_word(std::string_view text, std::string_view lower_text) noexcept {
  return std::equal(text.begin(), text.end(), lower_text.begin(), lower_text.end(),
                    [](char a, char b) { return lower(a) == b; });
}

}  // namespace garboard::sql
