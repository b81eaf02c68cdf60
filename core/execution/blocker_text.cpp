// SPDX-License-Identifier: Apache-2.0
#include "execution/blocker_text.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "sql/normalised.hpp"

namespace garboard::execution {

namespace {

using model::Blocker;

constexpr std::size_t max_named = 3;
constexpr std::size_t max_word_bytes = 80;

void clip(std::string& word) { word.resize(base::clipped(word, max_word_bytes).size()); }

std::string text_of(const Blocker& blocker) {
  std::string known = blocker.user;
  const auto add = [&known](std::string_view separator, std::string_view what) {
    if (!what.empty()) known.append(known.empty() ? "" : separator).append(what);
  };
  if (!blocker.client.empty()) add(" ", "from " + blocker.client);
  add(", ", blocker.application);
  add(", ", blocker.state);
  if (blocker.age && !blocker.state.empty())
    add(" ", "for " + base::rounded_duration_text(*blocker.age));
  add(": ", blocker.query);
  std::string text = blocker.is_certain ? "session " : "perhaps session ";
  text += blocker.session;
  return known.empty() ? text : text + ": " + known;
}

}  // namespace

std::vector<Blocker> shown_blockers(Result<std::vector<Blocker>> answer,
                                    const model::Dialect& dialect) {
  std::vector<Blocker> shown;
  if (!answer) return shown;
  for (Blocker& blocker : *answer) {
    for (std::string* word :
         {&blocker.session, &blocker.user, &blocker.client, &blocker.application, &blocker.state})
      clip(*word);
    blocker.query = sql::normalised(blocker.query, dialect.lexical);
    if (!blocker.session.empty()) shown.push_back(std::move(blocker));
  }
  return shown;
}

std::string text_of(const std::vector<Blocker>& blockers) {
  std::string text;
  for (std::size_t i = 0; i < blockers.size() && i < max_named; ++i)
    text += (i == 0 ? "" : "; ") + text_of(blockers[i]);
  if (blockers.size() > max_named)
    text += "; and " + std::to_string(blockers.size() - max_named) + " more";
  return text;
}

}  // namespace garboard::execution
