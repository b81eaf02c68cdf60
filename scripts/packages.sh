# SPDX-License-Identifier: Apache-2.0
# The Debian packages each job needs, and installing those that are missing. Sourced by scripts.

build_packages="g++ cmake ninja-build pkg-config nettle-dev nlohmann-json3-dev libyaml-cpp-dev
  libboost-dev libboost-program-options-dev libboost-filesystem-dev"
sqlite_packages="libsqlite3-dev"
driver_packages="$sqlite_packages libpqxx-dev libpq-dev default-libmysqlclient-dev"
hook_packages="libcurl4-openssl-dev libpg-query-dev"
kit_packages="libelf-dev"
# a plugin is built by other compilers and in other languages, and abi.h held against what it was
sdk_packages="clang-14 libc++-14-dev libc++abi-14-dev cargo rustc abigail-tools
  firebird-dev firebird3.0-server-core"
# the documentation as a site
docs_packages="mkdocs"
test_packages="$build_packages $driver_packages $hook_packages $kit_packages $sdk_packages
  $docs_packages libgtest-dev ccache python3 python3-jsonschema python3-yaml postgresql
  mariadb-server-core mariadb-client mariadb-client-core sqlite3 openssl hostname
  pgbouncer galera-4 strace rsync make"
# Not installed by any script: where these are, tests take over histories that dbmate and Knex made,
# and promtool looks at the alert rules.
tool_packages="nodejs npm prometheus"
check_packages="git clang-format-14 clang-tidy-14 python3"
# what the images are built with, besides; see deploy/images
image_packages="ccache python3 binutils dpkg-dev ca-certificates openssl"
fuzz_packages="clang-14 libclang-rt-14-dev"

# run COMMAND...: print the command, then run it.
run() {
  echo "+ $*" >&2
  "$@"
}

# as_root COMMAND...: run it as root, through sudo when we are not.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    run env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo > /dev/null; then
    run sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    echo "needs root to install packages: run as root, or install sudo" >&2
    return 1
  fi
}

# install_packages NAME...: install what is missing; touches no network when nothing is.
install_packages() {
  local missing=() package
  if ! command -v apt-get > /dev/null; then
    echo "not a Debian system: install these yourself, as your system names them:" "$@" >&2
    return 0
  fi
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  as_root apt-get update -q
  with_services_held as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Installing a server must not start it: the tests run private ones.
with_services_held() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
  "$@" || status=$?
  as_root rm -f "$policy"
  return "$status"
}
