// SPDX-License-Identifier: Apache-2.0
#include "loading/document.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace garboard::loading {

namespace {
// A node of a plan with short statements takes about this many bytes of text.
constexpr std::size_t bytes_per_node = 12;
constexpr std::size_t block_bytes = 1024;
}  // namespace

Document::Document(std::string file, std::string text, bool is_json)
    : file_(std::move(file)), text_(std::move(text)), is_json_(is_json) {
  nodes_.reserve(text_.size() / bytes_per_node + 1);
}

void Document::index() const {
  lines_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
    lines_.push_back(static_cast<std::uint32_t>(at + 1));
  std::size_t points = 0;
  for (std::size_t block = 0; block <= text_.size(); block += block_bytes) {
    points_.push_back(static_cast<std::uint32_t>(points));
    points += base::count_code_points(std::string_view(text_).substr(block, block_bytes));
  }
  is_ascii_ = points == text_.size();
}

// A plan may be one line of a mebibyte, so columns are not counted from the line's beginning.
std::size_t Document::points_before(std::size_t offset) const {
  if (is_ascii_) return offset;
  const std::size_t block = offset / block_bytes;
  const std::size_t begin = block * block_bytes;
  return points_[block] +
         base::count_code_points(std::string_view(text_).substr(begin, offset - begin));
}

base::SourcePosition Document::position(std::size_t offset) const {
  if (lines_.empty()) index();
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
  const auto line = static_cast<std::size_t>(after - lines_.begin());
  const std::size_t begin = lines_[line - 1];
  const std::size_t column =
      !is_ascii_ && offset - begin <= block_bytes
          ? base::count_code_points(std::string_view(text_).substr(begin, offset - begin))
          : points_before(offset) - points_before(begin);
  return {.file = file_,
          .line = static_cast<std::uint32_t>(line),
          .column = static_cast<std::uint32_t>(column + 1)};
}

std::string_view Document::line_at(std::size_t offset) const {
  const std::string_view text = text_;
  offset = std::min(offset, text.size());
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

void Document::count_child() {
  if (!open_.empty()) ++open_.back().children;
}

void Document::add_null(std::size_t offset) {
  count_child();
  const auto end = static_cast<NodeId>(nodes_.size() + 1);
  nodes_.push_back(TreeNode{.offset = static_cast<std::uint32_t>(offset), .end = end});
}

void Document::add_scalar(std::size_t offset, ScalarStyle style, std::string_view kept) {
  count_child();
  nodes_.push_back(TreeNode{.kind = NodeKind::scalar,
                            .style = style,
                            .offset = static_cast<std::uint32_t>(offset),
                            .end = static_cast<NodeId>(nodes_.size() + 1),
                            .text = kept});
}

bool Document::open(std::size_t offset, NodeKind kind) {
  if (open_.size() == max_depth) return false;
  count_child();
  open_.push_back(Open{.id = static_cast<NodeId>(nodes_.size()), .kind = kind});
  nodes_.push_back(TreeNode{.kind = kind, .offset = static_cast<std::uint32_t>(offset)});
  return true;
}

void Document::close() {
  nodes_[open_.back().id].end = static_cast<NodeId>(nodes_.size());
  open_.pop_back();
}

std::string_view Document::keep(std::string text) { return kept_.emplace_back(std::move(text)); }

std::string_view Document::keep_at(std::size_t offset, std::string_view text) {
  if (offset <= text_.size() && std::string_view(text_).substr(offset).starts_with(text))
    return std::string_view(text_).substr(offset, text.size());
  return keep(std::string(text));
}

void Document::clear() {
  nodes_.clear();
  open_.clear();
  kept_.clear();
}

bool Document::expects_value() const {
  return !open_.empty() && open_.back().kind == NodeKind::mapping && open_.back().children % 2 == 1;
}

}  // namespace garboard::loading
