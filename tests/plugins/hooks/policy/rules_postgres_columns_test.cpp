// SPDX-License-Identifier: Apache-2.0
// The rules about columns of PostgreSQL's tables.
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

Review alone(const std::string& sql) { return review("postgres", {{sql}}); }

TEST(Pg112, SetNotNullBelievesAValidatedCheck) {
  EXPECT_EQ(alone("ALTER TABLE a ALTER COLUMN x SET NOT NULL").severity("PG112"), "error");
  const std::string add = "ALTER TABLE a ADD CONSTRAINT c CHECK (x IS NOT NULL) NOT VALID";
  const std::string validate = "ALTER TABLE a VALIDATE CONSTRAINT c";
  const std::string set = "ALTER TABLE a ALTER x SET NOT NULL";
  const Review safe = review_event(event_of("postgres", {{{add}}, {{validate}}, {{set}}}));
  EXPECT_EQ(safe.verdict, 0) << safe;
  EXPECT_TRUE(review_event(event_of("postgres", {{{add}}, {{set}}})).has("PG112"));
  EXPECT_TRUE(
      review_event(
          event_of("postgres", {{{add}}, {{validate}}, {{"ALTER TABLE a ALTER y SET NOT NULL"}}}))
          .has("PG112"));
}

TEST(Pg120, NewTypeWritesTheTableAnew) {
  EXPECT_EQ(alone("ALTER TABLE a ALTER COLUMN x TYPE bigint").severity("PG120"), "error");
  EXPECT_EQ(alone("ALTER TABLE a ALTER COLUMN x TYPE text USING x || ''").severity("PG120"),
            "error");
  // depends on what it is now, which nobody says without a connection
  EXPECT_EQ(alone("ALTER TABLE a ALTER COLUMN x TYPE varchar(100)").severity("PG120"), "warning");
  EXPECT_EQ(alone("ALTER TABLE a ADD COLUMN y bigint").verdict, 0);
}

TEST(Pg121, NewColumnThatDiffersFromRowToRow) {
  for (const char* column :
       {"x timestamptz DEFAULT clock_timestamp()", "x uuid DEFAULT gen_random_uuid()", "x serial",
        "x bigint GENERATED ALWAYS AS IDENTITY", "x int GENERATED ALWAYS AS (y + 1) STORED"})
    EXPECT_EQ(alone(std::string("ALTER TABLE a ADD COLUMN ") + column).severity("PG121"), "error")
        << column;
  EXPECT_EQ(alone("ALTER TABLE a ADD COLUMN x int DEFAULT my_own()").severity("PG121"), "warning");
  for (const char* column : {"x timestamptz DEFAULT now()", "x int NOT NULL DEFAULT 5", "x int",
                             "x text DEFAULT lower('')", "x timestamptz DEFAULT CURRENT_TIMESTAMP"})
    EXPECT_EQ(alone(std::string("ALTER TABLE a ADD COLUMN ") + column).verdict, 0) << column;
}

}  // namespace
}  // namespace garboard::policy_test
