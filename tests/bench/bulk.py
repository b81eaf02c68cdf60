# SPDX-License-Identifier: Apache-2.0
"""A large CSV file, and how each database's own client loads it: what seeding is compared with."""
import datetime
import json
import os
import random
import subprocess

COLUMNS = ("id integer PRIMARY KEY, name varchar(80) NOT NULL, born date, "
           "amount decimal(12,2), note varchar(120)")


def write_csv(path, rows):
    """Numbers, dates, texts with and without quotes, some NULLs: about 70 bytes a row."""
    rng = random.Random(1)
    day = datetime.date(1950, 1, 1)
    with open(path, "w", encoding="utf-8") as out:
        out.write("id,name,born,amount,note\n")
        for number in range(1, rows + 1):
            born = day + datetime.timedelta(days=rng.randrange(20000))
            note = '"a note, with ""quotes"""' if number % 4 == 0 else f"note {rng.getrandbits(64):x}"
            out.write(f"{number},name {rng.getrandbits(64):016x},{born},"
                      f"{rng.randrange(10**8) / 100:.2f},{note}\n")


def write_seed(path, csv):
    path.write_text(json.dumps({"version": 1, "id": "big", "tables": [
        {"table": "big", "csv": csv.name}]}))


class Client:
    """One database's own command-line client: makes the table, loads the file."""

    def __init__(self, database):
        self.name = database.name

    def command(self, place, sql):
        if self.name == "sqlite":
            return ["sqlite3", "-bail", place.path, sql]
        parts = place.parts
        if self.name == "postgres":
            return ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", parts.hostname, "-p",
                    str(parts.port), "-U", parts.username, "-d", place.name, "-c", sql]
        return ["mariadb", "--no-defaults", "--local-infile=1", "-h", parts.hostname, "-P",
                str(parts.port), "-u", parts.username, place.name, "-e", sql]

    def env(self, place):
        if self.name == "sqlite":
            return {}
        return {"PGPASSWORD" if self.name == "postgres" else "MYSQL_PWD": place.parts.password}

    def make_table(self, place):
        subprocess.run(self.command(place, f"CREATE TABLE big ({COLUMNS})"), check=True,
                       env={**os.environ, **self.env(place)})

    def load(self, place, csv):
        statement = {
            "postgres": f"\\copy big FROM '{csv}' WITH (FORMAT csv, HEADER)",
            "mysql": f"LOAD DATA LOCAL INFILE '{csv}' INTO TABLE big CHARACTER SET utf8mb4 FIELDS "
                     "TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' IGNORE 1 LINES",
            "sqlite": f".import --csv --skip 1 {csv} big",
        }[self.name]
        return self.command(place, statement), self.env(place)
