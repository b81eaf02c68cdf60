// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message.hpp"

namespace garboard::notify {
namespace {

using Json = nlohmann::json;

/// At most `longest` bytes, cut between characters.
std::string cut(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  constexpr std::string_view mark = "\xe2\x80\xa6";
  std::size_t end = longest - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)).append(mark);
}

/// Slack's mrkdwn with nothing in it that notifies somebody, links, or ends a block of code.
std::string slack_text(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '&') {
      escaped += "&amp;";
    } else if (letter == '<') {
      escaped += "&lt;";
    } else if (letter == '>') {
      escaped += "&gt;";
    } else {
      escaped += letter == '`' ? '\'' : letter;
    }
  }
  return escaped;
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* slack_sign(Message::Tone tone) {
  if (tone == Message::Tone::good) return ":white_check_mark: ";
  return tone == Message::Tone::bad ? ":x: " : ":warning: ";
}

const char* teams_color(Message::Tone tone) {
  if (tone == Message::Tone::good) return "Good";
  return tone == Message::Tone::bad ? "Attention" : "Warning";
}

Json text_run(const std::string& text) { return {{"type", "TextRun"}, {"text", text}}; }

/// Text that Teams does not read as Markdown.
Json rich_text(std::vector<Json> runs) {
  return {{"type", "RichTextBlock"}, {"inlines", std::move(runs)}};
}

}  // namespace

std::string slack_json(const Message& message) {
  // limits of the Block Kit: 150 characters of a header, 2000 of a field, 3000 of a section
  Json blocks = Json::array();
  blocks.push_back({{"type", "header"},
                    {"text",
                     {{"type", "plain_text"},
                      {"text", slack_sign(message.tone) + cut(message.title, 120)},
                      {"emoji", true}}}});
  Json fields = Json::array();
  for (const auto& [name, value] : message.facts)
    fields.push_back(
        {{"type", "mrkdwn"}, {"text", "*" + name + "*\n" + slack_text(cut(value, 300))}});
  if (!fields.empty()) blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
  if (!message.detail.empty())
    blocks.push_back(
        {{"type", "section"},
         {"text",
          {{"type", "mrkdwn"}, {"text", "```" + slack_text(cut(message.detail, 500)) + "```"}}}});
  return dumped({{"text", slack_text(cut(message.title, 300))}, {"blocks", std::move(blocks)}});
}

std::string teams_json(const Message& message) {
  Json title = text_run(cut(message.title, 300));
  title.update({{"size", "Large"}, {"weight", "Bolder"}, {"color", teams_color(message.tone)}});
  Json body = Json::array();
  body.push_back(rich_text({std::move(title)}));
  for (const auto& [name, value] : message.facts) {
    Json label = text_run(name + ": ");
    label["weight"] = "Bolder";
    body.push_back(rich_text({std::move(label), text_run(cut(value, 300))}));
  }
  if (!message.detail.empty()) {
    Json detail = text_run(cut(message.detail, 2000));
    detail["fontType"] = "Monospace";
    body.push_back(rich_text({std::move(detail)}));
  }
  const Json card = {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                     {"type", "AdaptiveCard"},
                     {"version", "1.4"},
                     {"msteams", {{"width", "Full"}}},
                     {"body", std::move(body)}};
  const Json attachment = {{"contentType", "application/vnd.microsoft.card.adaptive"},
                           {"contentUrl", nullptr},
                           {"content", card}};
  return dumped({{"type", "message"}, {"attachments", Json::array({attachment})}});
}

}  // namespace garboard::notify
