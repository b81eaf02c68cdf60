// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "cli/log.hpp"
#include "cli/output.hpp"
#include "cli/run_identity.hpp"

namespace garboard::cli {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  std::string text() {
    std::array<char, 4096> buffer{};
    const ssize_t n = read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Output, ReportsWhatCouldNotBeWritten) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Output output(full);
  output.put("text");
  const base::Result<void> flushed = output.flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, base::Code::internal);
  EXPECT_FALSE(output.flush());
  close(full);
}

TEST(Log, WritesJsonLinesWithoutSecrets) {
  Pipe pipe;
  Log log(pipe.writer(), {.format = LogFormat::json});
  log.add_secret("canary");
  log.write(LogLevel::info, "hello canary", {{"id", "a canary"}, {"n", 3}});
  const Json line = Json::parse(pipe.text());
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("message"), "hello ***");
  EXPECT_EQ(line.at("id"), "a ***");
  EXPECT_EQ(line.at("n"), 3);
  EXPECT_TRUE(line.at("time").get<std::string>().ends_with("Z"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Pipe pipe;
  Log log(pipe.writer(), {.format = LogFormat::text, .level = LogLevel::warn});
  log.write(LogLevel::info, "quiet");
  log.write(LogLevel::warn, "loud");
  const std::string text = pipe.text();
  EXPECT_EQ(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find(" warn loud\n"), std::string::npos);
}

TEST(Log, ClearsTheUpdatingLineBeforeAnythingElse) {
  Pipe pipe;
  Log log(pipe.writer(), {.format = LogFormat::text, .is_terminal = true});
  log.show_progress("[##] 1/2");
  log.write(LogLevel::info, "done");
  const std::string text = pipe.text();
  EXPECT_EQ(text.find("\r\033[K[##] 1/2\r\033[K2"), 0U) << text;
}

TEST(RunId, IsAnOrderedUuid) {
  const std::string first = new_run_id();
  usleep(2000);
  const std::string second = new_run_id();
  ASSERT_EQ(first.size(), 36U);
  EXPECT_EQ(first[14], '7');
  EXPECT_LT(first, second);
}

TEST(RunnerName, IsBoundedAndPrefersThePodsName) {
  EXPECT_EQ(runner_name(Environment(
                std::vector<std::string_view>{"USER=bob", "POD_NAME=p-1", "HOSTNAME=h"})),
            "bob@p-1");
  std::string entry = "HOSTNAME=";
  for (int i = 0; i < 300; ++i) entry += "ä";
  const std::string name = runner_name(Environment(std::vector<std::string_view>{"USER=b", entry}));
  EXPECT_LE(name.size(), 255U);
  EXPECT_TRUE(Json::accept(Json(name).dump()));
}

}  // namespace
}  // namespace garboard::cli
