// SPDX-License-Identifier: Apache-2.0
#include "fleet/pool.hpp"

#include <memory>
#include <utility>

namespace garboard::fleet {

namespace {

constexpr int slice_ms = 50;  // to look for an interrupt

class Pool {
 public:
  Pool(const PoolOwner& owner, std::size_t parallel) : owner_(owner), parallel_(parallel) {}

  void run(std::size_t next, std::size_t end) {
    while (true) {
      if (owner_.is_interrupted()) {
        terminate();
        end = next;
      }
      while (next < end && running_.size() < parallel_) start(next++);
      if (running_.empty()) {
        if (next >= end) return;
        continue;
      }
      wait();
      take();
    }
  }

 private:
  struct Running {
    std::size_t target;
    std::unique_ptr<Child> child;
  };

  void start(std::size_t target) {
    Result<base::ProcessSpec> spec = owner_.prepare(target);
    if (!spec) return owner_.on_refusal(target, spec.error());
    auto child = Child::start(
        *std::move(spec), [this, target](std::string_view line) { owner_.on_line(target, line); });
    if (!child) return owner_.on_refusal(target, child.error());
    running_.push_back({target, *std::move(child)});
  }

  void terminate() {
    if (std::exchange(is_terminated_, true)) return;
    for (const Running& each : running_) each.child->terminate();
  }

  void wait() {
    std::vector<pollfd> waiting;
    for (const Running& each : running_) {
      waiting.push_back(each.child->output());
      waiting.push_back(each.child->log());
    }
    ::poll(waiting.data(), waiting.size(), slice_ms);
  }

  void take() {
    std::erase_if(running_, [this](const Running& each) {
      if (each.child->read()) return false;
      owner_.on_end(each.target, each.child->finish());
      return true;
    });
  }

  const PoolOwner& owner_;
  std::size_t parallel_;
  std::vector<Running> running_;
  bool is_terminated_ = false;
};

}  // namespace

void run_pool(const PoolOwner& owner, std::size_t first, std::size_t count, std::size_t parallel) {
  Pool(owner, parallel).run(first, first + count);
}

}  // namespace garboard::fleet
