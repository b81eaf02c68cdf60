# SPDX-License-Identifier: Apache-2.0
"""One hook in its own process, spoken to as the host does; see core/plugin_host/hook_process.hpp."""

import json
import os
import re
import socket
import subprocess


class HookProcess:
    """`answer_query(sql)` gives the rows for what the hook asks; without it there is no connection."""

    def __init__(self, garboard, file, config, env=None, answer_query=None, timeout=30):
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout)
        self.logs = []
        self.answer_query = answer_query
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "ASAN_OPTIONS", "LSAN_OPTIONS")}
        # the other end becomes descriptor 3; not by a sh that knows descriptors of one digit only
        launcher = ["bash", "-c", f'exec "$@" 3<&{theirs.fileno()}', "sh"]
        self.process = subprocess.Popen([*launcher, garboard, "hook-process", os.path.abspath(file)],
                                        pass_fds=[theirs.fileno()], env={**keep, **(env or {})},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        theirs.close()
        self.lines = ours.makefile("rw", encoding="utf-8")
        self.socket = ours
        self.described = self.request({"create": config})

    def request(self, message):
        """The answer: {"verdict":..}, {"describe":..}, {"bye":..} or {"error":..}; None when it is gone."""
        self.lines.write(json.dumps(message) + "\n")
        self.lines.flush()
        while line := self.lines.readline():
            said = json.loads(line)
            if "log" in said:
                self.logs.append(said["log"]["message"])
            elif "query" in said:
                self.lines.write(json.dumps(self.answer(said["query"])) + "\n")
                self.lines.flush()
            else:
                return said
        return None

    def answer(self, sql):
        if self.answer_query is None:
            return {"queryError": "there is no connection", "isWithoutConnection": True}
        return {"rows": self.answer_query(sql)}

    def event(self, event):
        return self.request({"event": event})

    def finish(self):
        """Ends the hook; what it printed."""
        self.request({"destroy": True})
        self.close()
        return self.process.communicate(timeout=30)[0]

    def close(self):
        self.lines.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.close()
        self.process.wait()
        self.process.stdout.close()


def noted_events(file):
    """The events in the identity note of a hook; None where it has none."""
    with open(file, "rb") as plugin:
        note = re.search(rb'Garboard\0{4}(\{[^\0]*\})\0', plugin.read())
    return json.loads(note[1]).get("events")


def event(kind, **data):
    """A CloudEvent as the host would send it."""
    return {"specversion": "1.0", "id": "run-1", "source": "garboard/default", "type": f"garboard.{kind}",
            "time": "2026-01-02T03:04:05.678Z", "datacontenttype": "application/json",
            "data": {"run": {"id": "run", "command": "migrate", "app": "default", "version": "0.1.0"},
                     "database": {"dialect": "postgres"}, **data}}
