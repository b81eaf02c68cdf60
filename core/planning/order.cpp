// SPDX-License-Identifier: Apache-2.0
#include "planning/order.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace garboard::planning {

namespace {

using base::Code;
using base::Error;
using model::Change;

/// Depth first over `requires`, in the order of the plan: what a change needs is put before it.
class Sorter {
 public:
  explicit Sorter(std::vector<Change>& changes) : changes_(changes), marks_(changes.size()) {
    for (std::size_t i = 0; i < changes.size(); ++i) index_.emplace(changes[i].id, i);
  }

  base::Result<void> sort() {
    for (std::size_t i = 0; i < changes_.size(); ++i) visit(i);
    if (problems_.empty()) {
      std::vector<Change> sorted;
      sorted.reserve(changes_.size());
      for (const std::size_t i : order_) sorted.push_back(std::move(changes_[i]));
      changes_ = std::move(sorted);
      return {};
    }
    Error first = std::move(problems_.front());
    first.others.assign(std::make_move_iterator(problems_.begin() + 1),
                        std::make_move_iterator(problems_.end()));
    return first;
  }

 private:
  enum class Mark : unsigned char { none, open, done };
  struct Frame {
    std::size_t change;
    std::size_t next = 0;  // requirement to look at
  };

  // With a stack of its own: a chain of requirements may be as long as the plan.
  void visit(std::size_t start) {
    if (marks_[start] != Mark::none) return;
    std::vector<Frame> path{{start}};
    marks_[start] = Mark::open;
    while (!path.empty()) {
      Frame& top = path.back();
      const Change& change = changes_[top.change];
      if (top.next == change.required_ids.size()) {
        marks_[top.change] = Mark::done;
        order_.push_back(top.change);
        path.pop_back();
        continue;
      }
      const std::string& id = change.required_ids[top.next++];
      const auto found = index_.find(id);
      if (found == index_.end()) {
        refuse(change, "migration '" + change.id + "' requires '" + id + "', which is not there",
               "is it misspelt? ids are what `garboard validate` and `status` show");
      } else if (changes_[found->second].is_repeatable && !change.is_repeatable) {
        refuse(change, "migration '" + change.id + "' requires '" + id + "', which is repeatable",
               "repeatable migrations are applied after all others");
      } else if (marks_[found->second] == Mark::open) {
        refuse(change, "migrations require each other in a circle: " + circle(path, id),
               "leave out one of these `requires`");
      } else if (marks_[found->second] == Mark::none) {
        marks_[found->second] = Mark::open;
        path.push_back({found->second});
      }
    }
  }

  [[nodiscard]] std::string circle(const std::vector<Frame>& path, const std::string& id) const {
    std::string text;
    bool is_in = false;
    for (const Frame& frame : path) {
      is_in |= changes_[frame.change].id == id;
      if (is_in) text += "'" + changes_[frame.change].id + "' -> ";
    }
    return text + "'" + id + "'";
  }

  void refuse(const Change& change, std::string message, std::string hint) {
    problems_.push_back(Error{.code = Code::bad_input,
                              .message = std::move(message),
                              .hint = std::move(hint),
                              .where = change.where});
  }

  std::vector<Change>& changes_;
  std::vector<Mark> marks_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<std::size_t> order_;
  std::vector<Error> problems_;
};

}  // namespace

base::Result<void> put_in_order(model::Changes& changes) {
  std::stable_partition(changes.items.begin(), changes.items.end(),
                        [](const Change& change) { return !change.is_repeatable; });
  const bool is_required = std::ranges::any_of(
      changes.items, [](const Change& change) { return !change.required_ids.empty(); });
  if (!is_required) return {};
  return Sorter(changes.items).sort();
}

}  // namespace garboard::planning
