// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/loader.hpp"

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

TEST(Loader, ShowsOnlyWhatTheLinkerSays) {
  EXPECT_EQ(linker_part("boost::dll::shared_library::load() failed (dlerror system message: "
                        "libx.so.1: cannot open (really)): Bad file descriptor"),
            "libx.so.1: cannot open (really)");
  EXPECT_EQ(linker_part("something else"), "something else");
}

TEST(Loader, NamesThePackageOfAMissingLibrary) {
  EXPECT_TRUE(contains(hint_for_linker_message("libpq.so.5: cannot open shared object file: No "
                                               "such file or directory"),
                       "libpq5"));
  EXPECT_TRUE(contains(hint_for_linker_message("Error loading shared library libmariadb.so.3: No "
                                               "such file or directory (needed by x)"),
                       "mariadb-connector-c"));
  EXPECT_EQ(hint_for_linker_message("libodd.so.2: cannot open shared object file: No such file"),
            "install the package that holds libodd.so.2");
}

TEST(Loader, ExplainsOtherLinkerMessages) {
  EXPECT_TRUE(contains(hint_for_linker_message("/lib/libc.so.6: version `GLIBC_2.38' not found"),
                       "newer system"));
  EXPECT_TRUE(
      contains(hint_for_linker_message("x.so: undefined symbol: PQfoo"), "another version"));
  EXPECT_TRUE(contains(hint_for_linker_message("x.so: failed to map segment from shared object"),
                       "noexec"));
}

}  // namespace
}  // namespace garboard::plugin_host
