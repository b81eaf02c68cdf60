// SPDX-License-Identifier: Apache-2.0
// Further processes of this program.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace garboard::conformance {

/// A pipe that no other process inherits unasked.
class Pipe {
 public:
  Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe();
  [[nodiscard]] int reading() const noexcept { return ends_[0]; }
  [[nodiscard]] int writing() const noexcept { return ends_[1]; }
  void close_reading() noexcept { close_end(0); }
  void close_writing() noexcept { close_end(1); }
  /// Takes what is there into `text`, up to a limit. False at the end.
  bool take();
  std::string text;

 private:
  void close_end(std::size_t which) noexcept;
  std::array<int, 2> ends_{-1, -1};
};

struct Inherited {
  int ours;
  int theirs;
};
enum class Group : std::uint8_t { same, own };

/// Starts this program with those arguments. Of our files it gets those alone, with /dev/null as
/// its standard input when that is not among them.
pid_t spawn_self(std::vector<std::string> arguments, std::span<const Inherited> files, Group group);

/// Waits for its end.
int status_of(pid_t child) noexcept;

}  // namespace garboard::conformance
