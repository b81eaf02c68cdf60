// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

namespace garboard::cli {

namespace {

using enum ValueKind;

constexpr std::array command_table{
    CommandSpec{Command::migrate, "migrate", "up apply", "", "", 0, 0, "apply what is pending",
                "Compares the plan with the tracking table and applies what is missing, one "
                "migration after\n"
                "the other. With nothing pending it takes no lock and changes nothing."},
    CommandSpec{Command::status, "status", "", "", "", 0, 0,
                "show what is applied, pending, changed, missing or ahead",
                "Reads the tracking table, without a lock, and holds the plan against it."},
    CommandSpec{
        Command::validate, "validate", "", "", "", 0, 0, "check plans; needs no database",
        "Reports every mistake of every plan file, with file, line and column, and what cannot be "
        "rolled\n"
        "back. Operations are checked for each database that the plan names and whose driver is "
        "installed;\n"
        "with --database for that one, and each step's SQL is split as it would read it."},
    CommandSpec{Command::lint, "lint", "", "", "", 0, 0,
                "ask the hooks about a plan; needs no database",
                "Asks the hooks of --hooks, or the policy hook where none are named, what they "
                "would say to each\n"
                "migration of the plan, and prints their findings. Exits with 35 when one denies."},
    CommandSpec{Command::render, "render", "", "", "", 0, 0,
                "print the SQL a plan means for one database",
                "Prints each migration's statements as they would be sent. Needs the driver "
                "(--database or\n"
                "the scheme of --url) but no connection."},
    CommandSpec{Command::split, "split", "", "FILE|-", "", 1, 1,
                "print the statements of a script with their positions",
                "Splits a script as the driver named by --dialect reads it. With --output json "
                "each line is\n"
                "one object: kind (sql, copy_data, client), byte, line, col, text."},
    CommandSpec{
        Command::rollback, "rollback", "down", "", "", 0, 0,
        "undo migrations: the last run's, --steps N, or back --to one",
        "Runs the down steps, newest first: those of the plan, or those kept in the tracking "
        "table where\n"
        "the plan no longer has the migration. Without --steps and --to, what the last run "
        "applied is undone."},
    CommandSpec{Command::redo, "redo", "", "", "", 0, 0,
                "roll the last migration back and apply it again",
                "For the author's loop on a development database; --steps N takes the last N."},
    CommandSpec{Command::new_migration, "new", "create", "NAME", "", 1, 1,
                "write a new, empty migration",
                "Into --dir in the format that its files have, or at the end of --plan. --format "
                "chooses the\n"
                "format of a folder that has none yet."},
    CommandSpec{Command::baseline, "baseline", "", "ID", "", 1, 1,
                "record everything up to a migration as applied, running nothing",
                "For a database that has the schema already and no history yet."},
    CommandSpec{Command::mark, "mark", "", "ID applied|pending", "", 2, 2,
                "correct the record of one migration, with a --reason that is kept",
                "Runs no SQL of the migration: it says what is true already."},
    CommandSpec{Command::repair, "repair", "", "[ID...]", "", 0, 1000,
                "settle half-applied migrations and accept changed checksums",
                "Without an option it shows what would need repair, and how. See docs/repair.md."},
    CommandSpec{
        Command::adopt, "adopt", "", "", "", 0, 0, "take over another tool's history",
        "Reads the table of the tool named by --from, holds it against the migrations of "
        "--dir or --plan,\n"
        "verifies what checksums it can, and records what is applied. The other tool's table "
        "is only read."},
    CommandSpec{Command::history, "history", "", "", "", 0, 0,
                "show what ran when, by whom, and how long", "Newest first."},
    CommandSpec{
        Command::seed, "seed", "", "FILE...", "", 1, 1000, "load seed data",
        "Applies seed files (docs/seeds.md): `once`, or `reconcile` by unique key. --dry-run "
        "shows the rows\n"
        "that would be inserted, updated and deleted."},
    CommandSpec{
        Command::wait, "wait", "", "", "", 0, 0, "wait until the database answers",
        "Tries to connect until the database answers. With --applied it also waits, read-only and\n"
        "without a lock, until that migration, or all of the plan, is applied."},
    CommandSpec{Command::fleet, "fleet", "", "list | render [-- MIGRATE-OPTIONS]", "list render", 1,
                1000, "show the targets of a fleet, or print Kubernetes manifests for it",
                "list shows the targets of --targets in their order. render prints an Indexed Job "
                "that migrates each of\n"
                "them in a pod of its own, canaries before the others; what follows -- is for "
                "migrate. See docs/fleet.md."},
    CommandSpec{Command::plugins, "plugins", "", "list | inspect NAME | lock FILE | check FILE",
                "list inspect lock check", 1, 2,
                "show the installed plugins, lock them, or try one",
                "list reads the note in each plugin file and runs none of its code; inspect loads "
                "one driver\n"
                "and prints what it describes; lock writes the digests of all that would be loaded "
                "into FILE, which\n"
                "--locked then holds them against; check tries one against what its interface "
                "promises and prints\n"
                "TAP: it needs the SDK, and a --profile that says what to try it on."},
    CommandSpec{Command::completion, "completion", "", "bash|zsh|fish", "bash zsh fish", 1, 1,
                "print a completion script for a shell",
                "For bash: source <(garboard completion bash)"},
    CommandSpec{Command::version, "version", "", "", "", 0, 0, "print the version", ""},
    CommandSpec{Command::help, "help", "", "[COMMAND | exit-codes]", "", 0, 1,
                "explain a command, or the exit codes", ""},
};

constexpr Commands running_commands =
    bit(Command::migrate) | bit(Command::rollback) | bit(Command::redo) | bit(Command::baseline) |
    bit(Command::mark) | bit(Command::repair) | bit(Command::adopt) | bit(Command::seed);
constexpr Commands ledger_commands =
    running_commands | bit(Command::status) | bit(Command::history) | bit(Command::wait);
constexpr Commands planning_commands =
    (ledger_commands & ~bit(Command::seed) & ~bit(Command::history)) | bit(Command::validate) |
    bit(Command::lint) | bit(Command::render) | bit(Command::new_migration);
constexpr Commands driver_commands = ledger_commands | bit(Command::render) | bit(Command::lint);
constexpr Commands hooked_commands =
    bit(Command::migrate) | bit(Command::rollback) | bit(Command::redo) | bit(Command::lint);
constexpr Commands retried_commands =
    bit(Command::migrate) | bit(Command::rollback) | bit(Command::redo) | bit(Command::seed);
constexpr Commands fleet_commands =
    bit(Command::migrate) | bit(Command::status) | bit(Command::wait) | bit(Command::rollback);
constexpr Commands reporting_commands =
    ledger_commands | bit(Command::validate) | bit(Command::lint) | bit(Command::render) |
    bit(Command::split) | bit(Command::new_migration) | bit(Command::plugins) |
    bit(Command::version) | bit(Command::fleet);

constexpr std::array option_table{
    OptionSpec{"url", 'u', text, "URL", "", "", driver_commands, true,
               "database URL; one with a password belongs into the environment, not here"},
    OptionSpec{"url-env", '\0', text, "NAME", "DATABASE_URL", "", driver_commands, true,
               "environment variable that holds the URL"},
    OptionSpec{"env-prefix", '\0', text, "PREFIX", "DB_", "", driver_commands, true,
               "prefix of the variables TYPE HOST PORT NAME USER PASSWORD SSLMODE"},
    OptionSpec{"database", '\0', text, "NAME", "", "", driver_commands | bit(Command::validate),
               true, "driver to use, when no URL names it: postgres, mysql, sqlite, ..."},
    OptionSpec{"connect-timeout", '\0', duration, "DURATION", "10s", "", ledger_commands, true,
               "how long one attempt to connect may take"},
    OptionSpec{"plan", 'p', list, "FILE", "", "", planning_commands, true,
               "plan file, YAML or JSON; repeat it for several"},
    OptionSpec{
        "dir", 'd', text, "PATH", "", "", planning_commands, true,
        "folder of migrations, also as file://PATH, in the format of another tool or of ours"},
    OptionSpec{"format", '\0', choice, "FORMAT", "auto",
               "auto|dbmate|golang-migrate|goose|flyway|sqlx|diesel|knex|atlas|prisma|refinery|"
               "sql-migrate|pop|plain|plan",
               planning_commands, true, "whose naming the files of --dir follow"},
    OptionSpec{"set", '\0', list, "NAME=VALUE", "", "", planning_commands, true,
               "value of a placeholder ${NAME}; repeat it for several; not for secrets"},
    OptionSpec{"table", '\0', text, "NAME", "garboard_migrations", "", ledger_commands, true,
               "tracking table"},
    OptionSpec{"schema", '\0', text, "NAME", "", "", ledger_commands, true,
               "schema of the tracking table; the database's default if not given"},
    OptionSpec{"app", '\0', text, "NAME", "default", "", ledger_commands, true,
               "application, where several share one tracking table"},
    OptionSpec{"dry-run", '\0', flag, "", "", "", running_commands, true,
               "show what would be done and change nothing"},
    OptionSpec{"to", '\0', text, "ID", "", "", selecting_commands | bit(Command::rollback), true,
               "the last migration that counts; for rollback the one to go back to, which stays"},
    OptionSpec{"steps", '\0', number, "N", "", "", bit(Command::rollback) | bit(Command::redo),
               true, "how many migrations, counted from the last one applied"},
    OptionSpec{"tags", '\0', list, "TAG", "", "", selecting_commands, true,
               "only migrations with one of these tags; repeat it for several"},
    OptionSpec{"phase", '\0', choice, "PHASE", "", "pre-deploy|post-deploy", selecting_commands,
               true, "only migrations of this phase of a deployment, and those of none"},
    OptionSpec{"reason", '\0', text, "TEXT", "", "", bit(Command::mark) | bit(Command::repair),
               false, "why; kept in the history"},
    OptionSpec{"down", '\0', flag, "", "", "", bit(Command::render), false,
               "print what undoes the migrations instead"},
    OptionSpec{"accept-changed", '\0', flag, "", "", "", bit(Command::repair), false,
               "record the checksums that applied migrations have now"},
    OptionSpec{"statement", '\0', choice, "WHAT", "", "done|not-done", bit(Command::repair), false,
               "whether the statement that a half-applied migration stopped at took effect"},
    OptionSpec{"from", '\0', choice, "TOOL", "",
               "dbmate|golang-migrate|goose|flyway|knex|atlas|liquibase|alembic|prisma|refinery|"
               "diesel|sqlx",
               bit(Command::adopt), false, "the tool whose history is taken over"},
    OptionSpec{
        "from-table", '\0', text, "NAME", "", "", bit(Command::adopt), false,
        "its table, where that is not the tool's own default; SCHEMA.NAME for another schema"},
    OptionSpec{"limit", '\0', number, "N", "", "", bit(Command::history), false,
               "how many entries to show; all if not given"},
    OptionSpec{"seed-environment", '\0', text, "NAME", "", "", bit(Command::seed), true,
               "environment this database belongs to; seeds may be limited to some"},
    OptionSpec{"allow-out-of-order", '\0', flag, "", "", "", bit(Command::migrate), true,
               "apply migrations that stand before an applied one"},
    OptionSpec{"if-ahead", '\0', choice, "WHAT", "warn", "ok|warn|fail",
               bit(Command::migrate) | bit(Command::redo), true,
               "what to do when the database knows migrations that the plan does not"},
    OptionSpec{"hooks", '\0', path, "FILE", "", "", hooked_commands, true,
               "hooks file: who is asked before a run, and who is told of it"},
    OptionSpec{"findings", '\0', choice, "FORMAT", "text", "text|sarif|github|junit",
               bit(Command::lint), true,
               "form of the findings on standard output, where --output json is not given"},
    OptionSpec{"after", '\0', text, "ID", "", "", bit(Command::lint), false,
               "only migrations after this one"},
    OptionSpec{"environment", '\0', text, "NAME", "", "", hooked_commands, true,
               "environment this database belongs to, for hooks: dev, prod, ..."},
    OptionSpec{"lock-wait", '\0', duration, "DURATION", "5m", "", running_commands, true,
               "how long to wait for another run to finish"},
    OptionSpec{"lock-timeout", '\0', duration, "DURATION", "5s", "", running_commands, true,
               "how long a statement waits for its locks; 0 = as the server is set"},
    OptionSpec{"statement-timeout", '\0', duration, "DURATION", "0", "", retried_commands, true,
               "how long a statement may take; 0 = as long as it needs"},
    OptionSpec{"lock-retries", '\0', ValueKind::count, "N", "5", "", retried_commands, true,
               "how often one is tried again after a lock timeout or a deadlock"},
    OptionSpec{"retry-for", '\0', duration, "DURATION", "0", "", retried_commands, true,
               "try a run again that failed with 10, 11, 12, 14 or 15, for this long; 0 = never"},
    OptionSpec{"retry-initial", '\0', duration, "DURATION", "1s", "", retried_commands, true,
               "pause before the first further try"},
    OptionSpec{"retry-factor", '\0', decimal, "FACTOR", "2", "", retried_commands, true,
               "how much longer each further pause is"},
    OptionSpec{"retry-max", '\0', duration, "DURATION", "30s", "", retried_commands, true,
               "longest pause between two tries"},
    OptionSpec{"retry-jitter", '\0', decimal, "PART", "0.2", "", retried_commands, true,
               "part of each pause that is left to chance, 0 to 1"},
    OptionSpec{"exit-code", '\0', flag, "", "", "", bit(Command::status), true,
               "exit with 3 when something is pending, half done or changed"},
    OptionSpec{"timeout", '\0', duration, "DURATION", "60s", "", bit(Command::wait), true,
               "how long to wait altogether"},
    OptionSpec{"interval", '\0', duration, "DURATION", "1s", "", bit(Command::wait), true,
               "pause between two attempts"},
    OptionSpec{"applied", '\0', text, "ID|all", "", "", bit(Command::wait), true,
               "also wait until this migration, or all of the plan, is applied"},
    OptionSpec{"targets", '\0', path, "FILE", "", "", fleet_commands | bit(Command::fleet), true,
               "run for each database of this file; see docs/fleet.md"},
    OptionSpec{"parallel", '\0', number, "N", "4", "", fleet_commands, true,
               "of --targets: how many at once"},
    OptionSpec{
        "shard", '\0', text, "I/N", "", "", fleet_commands, true,
        "of --targets: every Nth target from the Ith on; an Indexed Job's index if not given"},
    OptionSpec{"canaries", '\0', choice, "WHICH", "first", "first|only|skip", fleet_commands, true,
               "of --targets: canaries before the others, alone, or not at all"},
    OptionSpec{"target", '\0', list, "NAME", "", "", fleet_commands, false,
               "of --targets: only this one; repeat it for several"},
    OptionSpec{"only-failed", '\0', path, "REPORT", "", "", fleet_commands, false,
               "of --targets: only those that failed or were skipped, says this JSON report of an "
               "earlier run"},
    OptionSpec{"image", '\0', text, "IMAGE", "", "", bit(Command::fleet), false,
               "of render: the image with garboard and the migrations"},
    OptionSpec{"name", '\0', text, "NAME", "garboard-fleet", "", bit(Command::fleet), false,
               "of render: what the names of all objects begin with"},
    OptionSpec{"namespace", '\0', text, "NAME", "", "", bit(Command::fleet), false,
               "of render: namespace; that of kubectl if not given"},
    OptionSpec{"secret", '\0', text, "NAME", "", "", bit(Command::fleet), false,
               "of render: the Secret that has each target's URL under the target's name"},
    OptionSpec{"parallelism", '\0', number, "N", "5", "", bit(Command::fleet), false,
               "of render: how many pods at once"},
    OptionSpec{"backoff-limit-per-index", '\0', ValueKind::count, "N", "2", "", bit(Command::fleet),
               false, "of render: further tries of one target"},
    OptionSpec{"max-failed-indexes", '\0', number, "N", "", "", bit(Command::fleet), false,
               "of render: how many targets may fail before the rest is given up"},
    OptionSpec{"failed-indexes", '\0', text, "LIST", "", "", bit(Command::fleet), false,
               "of render: only these, as status.failedIndexes of the Job has them"},
    OptionSpec{"suspend", '\0', flag, "", "", "", bit(Command::fleet), false,
               "of render: nothing runs until someone approves"},
    OptionSpec{"profile", '\0', path, "FILE", "", "", bit(Command::plugins), false,
               "of check: what to try the plugin on; see docs/conformance.md"},
    OptionSpec{"only", '\0', text, "ID,..", "", "", bit(Command::plugins), false,
               "of check: these checks alone, or all of a group"},
    OptionSpec{"junit", '\0', path, "FILE", "", "", bit(Command::plugins), false,
               "of check: also write the results there as JUnit"},
    OptionSpec{"dialect", '\0', text, "NAME", "", "", bit(Command::split), true,
               "driver whose dialect the script is written in"},
    OptionSpec{"output", 'o', choice, "FORMAT", "text", "text|json", reporting_commands, true,
               "format of the report on standard output"},
    OptionSpec{"config", '\0', path, "FILE", "", "", every_command, true,
               "settings file; garboard.yaml of the working directory if not given"},
    OptionSpec{"plugin-dir", '\0', list, "DIR", "", "", every_command, true,
               "directory to look for plugins in first; repeat it for several"},
    OptionSpec{"locked", '\0', path, "FILE", "", "", every_command, true,
               "open only plugins that are in this file, as plugins lock wrote it"},
    OptionSpec{"log-format", '\0', choice, "FORMAT", "auto", "auto|text|json", every_command, true,
               "format of the log; auto is text on a terminal, else json"},
    OptionSpec{"log-level", '\0', choice, "LEVEL", "info", "debug|info|warn|error", every_command,
               true, "what the log leaves out below"},
    OptionSpec{"termination-log", '\0', path, "FILE", "/dev/termination-log", "", every_command,
               true, "where a failure is also written as JSON, if that file exists"},
    OptionSpec{"help", 'h', flag, "", "", "", every_command, false, "explain the command"},
    OptionSpec{"version", '\0', flag, "", "", "", every_command, false, "print the version"},
};

// Edits (insert, remove, replace one character) between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

template <class Table>
std::string_view nearest(const Table& table, std::string_view word) {
  std::string_view best;
  std::size_t best_distance = word.size() < 4 ? 2 : 3;
  for (const auto& spec : table) {
    if (word.size() >= 3 && spec.name.starts_with(word)) return spec.name;
    const std::size_t d = word.size() > 40 ? best_distance : distance(word, spec.name);
    if (d >= best_distance) continue;
    best_distance = d;
    best = spec.name;
  }
  return best;
}

}  // namespace

std::span<const CommandSpec> command_specs() noexcept { return command_table; }
std::span<const OptionSpec> option_specs() noexcept { return option_table; }

const CommandSpec& spec_of(Command command) noexcept {
  return command_table[static_cast<std::size_t>(command)];
}

const CommandSpec* find_command(std::string_view word) noexcept {
  for (const CommandSpec& spec : command_table) {
    bool is_match = spec.name == word;
    for_each_part(spec.aliases, ' ', [&](std::string_view alias) { is_match |= alias == word; });
    if (is_match) return &spec;
  }
  return nullptr;
}

const OptionSpec* find_option(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(option_table, name, &OptionSpec::name);
  return found == option_table.end() ? nullptr : found;
}

std::string environment_name(const OptionSpec& option) {
  std::string name = "GARBOARD_";
  for (const char c : option.name) name += c == '-' ? '_' : static_cast<char>(c - ('a' - 'A'));
  return name;
}

std::string_view nearest_option(std::string_view word) { return nearest(option_table, word); }
std::string_view nearest_command(std::string_view word) { return nearest(command_table, word); }

}  // namespace garboard::cli
