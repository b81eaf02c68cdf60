# SPDX-License-Identifier: Apache-2.0
"""The history's tables are looked at before they are read or written: whoever may create objects in
the schema must not get the migrating user's rights through them, nor tell it a false history."""

import os
import sys
import unittest
import urllib.parse
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import case  # noqa: E402
import databases  # noqa: E402

COLUMNS = ("app text, id text, ordinal bigint, name text, checksum text, state text, "
           "started_at timestamp, finished_at timestamp, run_id text, applied_by text, "
           "tool_version text, down_sql text")
ROW = "('default', 'x', 1, 'x', 'x', 'applied', now(), now(), 'x', 'x', 'x', NULL)"
PLAN = [{"name": "one", "up": [{"sql": "CREATE TABLE one (a integer)"}]}]


class Untrusted(case.GarboardTest):
    def refused(self, database, *words, command=None):
        """The run ends before it wrote anything, and says what is wrong."""
        out, err = self.garboard(database, *(command or ("migrate", "--plan", self.plan(PLAN))),
                                 code=25)
        self.assertIn("untrusted-history", err)
        for word in words:
            self.assertIn(word, err)


class PostgresCase(Untrusted):
    """A database, and a role that may create objects in its schema."""

    def setUp(self):
        super().setUp()
        self.database = databases.Postgres()
        self.addCleanup(self.database.drop)
        self.role = "mallory_" + uuid.uuid4().hex[:12]
        self.addCleanup(self.as_admin_elsewhere, f"DROP ROLE {self.role}")
        self.addCleanup(self.database.drop)  # what the role owns goes with it
        self.admin(f"CREATE ROLE {self.role} LOGIN PASSWORD 'canary-mallory'; "
                   f"GRANT CREATE, USAGE ON SCHEMA public TO {self.role}")

    def as_admin_elsewhere(self, sql):
        self.database.run(sql, self.database.server.path.lstrip("/"))

    def admin(self, sql):
        return self.database.run(sql, self.database.name).strip()

    def mallory(self, sql):
        return self.admin(f"SET SESSION AUTHORIZATION {self.role};\n{sql}")

    def boost(self, name="boost", arguments="", result="text"):
        """A function that makes its owner superuser when a superuser runs it."""
        self.mallory(
            f"CREATE FUNCTION public.{name}({arguments}) RETURNS {result} LANGUAGE plpgsql AS $$ BEGIN "
            f"EXECUTE 'ALTER ROLE {self.role} SUPERUSER'; RETURN "
            f"{'NEW' if result == 'trigger' else 'NULL'}; END $$")

    def is_boosted(self):
        return self.admin(f"SELECT rolsuper FROM pg_roles WHERE rolname = '{self.role}'") == "t"

    def assert_works(self, sql):
        """The attack does what it is meant to do, for a superuser who does not look."""
        said = self.admin(f"BEGIN; {sql}; SELECT 'boosted' FROM pg_roles WHERE rolname = "
                          f"'{self.role}' AND rolsuper; ROLLBACK")
        self.assertIn("boosted", said)

    def assert_refused(self, *words):
        self.refused(self.database, *words)
        self.assertFalse(self.is_boosted())
        self.assertEqual(self.admin("SELECT to_regclass('public.one')"), "")

    def plant(self, name="garboard_migrations", more=""):
        self.mallory(f"CREATE TABLE public.{name} ({COLUMNS}) {more}; GRANT ALL ON public.{name} TO PUBLIC")


class OnPostgres(PostgresCase):
    def test_a_trigger(self):
        self.plant()
        self.boost(result="trigger")
        self.mallory("CREATE TRIGGER boosting BEFORE INSERT ON public.garboard_migrations FOR EACH ROW "
                     "EXECUTE FUNCTION public.boost()")
        self.assert_works(f"INSERT INTO public.garboard_migrations VALUES {ROW}")
        self.assert_refused("boosting", self.role)

    def test_a_trigger_on_a_table_of_our_own(self):
        self.migrate(self.database, self.plan(PLAN))
        self.boost(result="trigger")
        self.admin(f"GRANT TRIGGER ON public.garboard_migrations_log TO {self.role}")
        self.mallory("CREATE TRIGGER boosting BEFORE INSERT ON public.garboard_migrations_log FOR EACH "
                     "ROW EXECUTE FUNCTION public.boost()")
        self.refused(self.database, "garboard_migrations_log: it has the trigger boosting",
                     command=("status", "--plan", self.plan(PLAN)))
        self.admin("ALTER TABLE public.garboard_migrations_log DISABLE TRIGGER boosting")
        self.garboard(self.database, "status", "--plan", self.plan(PLAN))

    def test_a_view(self):
        self.boost()
        self.mallory("CREATE VIEW public.garboard_migrations AS SELECT ''::text AS app, ''::text AS id, "
                     "0::bigint AS ordinal, public.boost() AS checksum, ''::text AS state; "
                     "GRANT ALL ON public.garboard_migrations TO PUBLIC")
        self.assert_works("SELECT * FROM public.garboard_migrations")
        self.assert_refused("it is a view")
        for command in ("history", "wait"):
            more = ["--applied", "one", "--timeout", "1s"] if command == "wait" else []
            self.refused(self.database, "it is a view", command=(command, *more))
        self.assertFalse(self.is_boosted())

    def test_a_rule(self):
        self.plant()
        self.boost()
        self.mallory("CREATE RULE boosting AS ON INSERT TO public.garboard_migrations DO ALSO "
                     "SELECT public.boost()")
        self.assert_works(f"INSERT INTO public.garboard_migrations VALUES {ROW}")
        self.assert_refused("the rule boosting")

    def test_row_security(self):
        self.plant()
        self.mallory("ALTER TABLE public.garboard_migrations ENABLE ROW LEVEL SECURITY")
        self.assert_refused("row security")

    def test_inheritance(self):
        self.plant("ancestor")
        self.mallory("CREATE TABLE public.garboard_migrations () INHERITS (public.ancestor)")
        self.assert_refused("inherits from another table")
        self.mallory("ALTER TABLE public.garboard_migrations NO INHERIT public.ancestor; "
                     "CREATE TABLE public.child () INHERITS (public.garboard_migrations)")
        self.assert_refused("another table inherits from it")

    def test_a_partitioned_table(self):
        self.plant(more="PARTITION BY LIST (app)")
        self.assert_refused("it is a partitioned table")

    def test_a_table_of_somebody_else(self):
        for name in ("garboard_migrations_journal", "garboard_migrations_log", "garboard_migrations"):
            with self.subTest(table=name):
                self.plant(name)
                self.assert_refused(f"{name}: it belongs to the role {self.role}")
                self.mallory(f"DROP TABLE public.{name}")

    def test_a_default_of_somebody_else(self):
        self.boost()
        self.plant()
        self.mallory("ALTER TABLE public.garboard_migrations ALTER COLUMN finished_at "
                     "SET DEFAULT public.boost()::timestamp")
        self.assert_refused("it belongs to the role")

    def test_seeds(self):
        self.migrate(self.database, self.plan(PLAN))
        self.plant("garboard_migrations_seeds")
        path = os.path.join(self.folder.name, "seed.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("version: 1\nname: s\nmode: reconcile\ntables:\n"
                       "  - {table: one, key: [a], rows: [{a: 1}]}\n")
        self.refused(self.database, "garboard_migrations_seeds", command=("seed", path))
        self.assertEqual(self.admin("SELECT count(*) FROM one"), "0")
        self.mallory("DROP TABLE public.garboard_migrations_seeds")
        self.garboard(self.database, "seed", path)
        self.assertEqual(self.admin("SELECT count(*) FROM one"), "1")

    def test_a_search_path_that_replaces_the_system(self):
        self.admin(f"ALTER DATABASE {self.database.name} SET search_path = public, pg_catalog")
        self.assert_refused("puts pg_catalog behind")

    def test_objects_named_like_the_systems_are_not_used(self):
        shadows = {"clock_timestamp": "", "timezone": "text, timestamptz", "now": "",
                   "pg_try_advisory_xact_lock": "bigint", "hashtextextended": "text, bigint",
                   "to_regnamespace": "text", "to_regclass": "text", "concat": "text, text",
                   "quote_ident": "text", "pg_backend_pid": "", "current_setting": "text",
                   "current_database": "", "version": "", "same_text(a": "text, b text",
                   "same_name(a": "name, b name", "less(a": "bigint, b bigint"}
        for name, arguments in shadows.items():
            name, _, first = name.partition("(")
            self.boost(name, (first + " " + arguments).strip(), "boolean" if first else "text")
        for operator, function, kind in (("=", "same_text", "text"), ("<>", "same_text", "text"),
                                         ("=", "same_name", "name"), ("=", "less", "bigint"),
                                         ("<", "less", "bigint"), ("||", "same_text", "text")):
            self.mallory(f"CREATE OPERATOR public.{operator} (LEFTARG = {kind}, RIGHTARG = {kind}, "
                         f"FUNCTION = public.{function})")
        self.assert_works("SELECT 'a'::text OPERATOR(public.=) 'a'::text")
        plan = self.plan(PLAN + [{"name": "two", "transaction": "never",
                                  "up": [{"sql": "CREATE INDEX CONCURRENTLY two ON one (a)"}],
                                  "down": [{"sql": "DROP INDEX CONCURRENTLY two"}]}])
        self.migrate(self.database, plan)
        self.garboard(self.database, "rollback", "--plan", plan, "--steps", "1")
        self.garboard(self.database, "status", "--plan", plan)
        self.garboard(self.database, "history")
        self.assertFalse(self.is_boosted())


class Owners(PostgresCase):
    """Whose tables are trusted: one's own, those of one's groups, those of superusers."""

    def as_mallory(self):
        """The database as that role connects to it."""
        database = databases.Postgres.__new__(databases.Postgres)
        parts = urllib.parse.urlsplit(self.database.url)
        host = parts.netloc.rsplit("@", 1)[1]
        database.url = parts._replace(netloc=f"{self.role}:canary-mallory@{host}").geturl()
        return database

    def test_a_user_without_special_rights_keeps_its_own(self):
        plan = self.plan(PLAN)
        self.migrate(self.as_mallory(), plan)
        self.migrate(self.as_mallory(), plan)
        self.assertEqual(self.admin("SELECT tableowner FROM pg_tables WHERE tablename = "
                                    "'garboard_migrations'"), self.role)

    def test_a_superusers_are_trusted(self):
        self.migrate(self.database, self.plan(PLAN))
        self.admin(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {self.role}")
        self.migrate(self.as_mallory(), self.plan(PLAN))

    def test_a_groups_are_trusted(self):
        group = self.role + "_group"
        self.admin(f"CREATE ROLE {group}; GRANT ALL ON SCHEMA public TO {group}; "
                   f"GRANT {group} TO {self.role}")
        self.addCleanup(self.as_admin_elsewhere, f"DROP ROLE {group}")
        self.addCleanup(self.database.drop)
        self.migrate(self.database, self.plan(PLAN))
        self.admin("".join(f"ALTER TABLE garboard_migrations{end} OWNER TO {group};"
                           for end in ("", "_journal", "_log")))
        self.migrate(self.as_mallory(), self.plan(PLAN))
        self.admin(f"REVOKE {group} FROM {self.role}; "
                   f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {self.role}")
        self.refused(self.as_mallory(), f"it belongs to the role {group}")
        self.assertFalse(self.is_boosted())

    def test_one_that_only_reads_may_read_what_others_own(self):
        reader = self.role + "_owner"
        self.admin(f"CREATE ROLE {reader}; GRANT ALL ON SCHEMA public TO {reader}")
        self.addCleanup(self.as_admin_elsewhere, f"DROP ROLE {reader}")
        self.addCleanup(self.database.drop)
        self.migrate(self.database, self.plan(PLAN))
        self.admin("".join(f"ALTER TABLE garboard_migrations{end} OWNER TO {reader};"
                           for end in ("", "_journal", "_log")))
        self.admin(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {self.role}")
        plan = self.plan(PLAN)
        self.garboard(self.as_mallory(), "status", "--plan", plan, "--exit-code")
        self.garboard(self.as_mallory(), "wait", "--applied", "all", "--plan", plan)
        self.garboard(self.as_mallory(), "history")


class Elsewhere(Untrusted):
    def test_a_view(self):
        for database in self.each((databases.Sqlite, databases.Mariadb, databases.Mysql)):
            for name in ("garboard_migrations", "garboard_migrations_journal"):
                database.query(f"CREATE VIEW {name} AS SELECT 1 AS app")
                self.refused(database, f"{name}: it is", "view")
                database.query(f"DROP VIEW {name}")

    def test_a_trigger(self):
        body = "BEGIN DELETE FROM one; END"
        for database in self.each((databases.Sqlite, databases.Mariadb, databases.Mysql)):
            self.migrate(database, self.plan(PLAN))
            row = "" if database.kind == "sqlite" else "FOR EACH ROW "
            text = "DELETE FROM one" if row else body
            database.query(f"CREATE TRIGGER spying AFTER INSERT ON garboard_migrations_log {row}{text}")
            self.refused(database, "garboard_migrations_log: it has the trigger spying")
            self.refused(database, "spying", command=("status", "--plan", self.plan(PLAN)))
            database.query("DROP TRIGGER spying")
            self.migrate(database, self.plan(PLAN))

    def test_an_engine_that_keeps_no_transactions(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.migrate(database, self.plan(PLAN))
            database.query("ALTER TABLE garboard_migrations_log ENGINE = MyISAM")
            self.refused(database, "garboard_migrations_log: its engine is MyISAM")

    def test_a_virtual_table(self):
        for database in self.each((databases.Sqlite,)):
            database.query("CREATE VIRTUAL TABLE garboard_migrations USING fts5(app, id)")
            self.refused(database, "it is a virtual table")


if __name__ == "__main__":
    unittest.main()
