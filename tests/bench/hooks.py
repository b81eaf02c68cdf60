# SPDX-License-Identifier: Apache-2.0
"""What hooks cost a run that has nothing to do, as most runs are."""
import json

CONFIGS = {
    "policy": {},
    "metrics": {"textFile": "metrics-{app}.prom"},
    "notify": {"targets": [{"kind": "slack", "urlEnv": "BENCH_SLACK_URL"}]},
}
SETS = (("policy",), ("notify",), ("metrics",), ("policy", "metrics", "notify"))


def write_file(folder, names):
    """A hooks file with these; nothing listens where notify would send to, and it has nothing to."""
    configs = json.loads(json.dumps(CONFIGS))
    configs["metrics"]["textFile"] = str(folder / configs["metrics"]["textFile"])
    path = folder / f"{'-'.join(names)}.json"
    path.write_text(json.dumps({"version": 1, "hooks": [
        {"name": name, "config": configs[name], "env": ["BENCH_SLACK_URL"]} for name in names]}))
    return path


def jobs(folder, command, env):
    """By what each is called: without hooks, and with each set of them."""
    env = {**env, "BENCH_SLACK_URL": "http://127.0.0.1:9"}
    made = {"no hooks": (command, env)}
    for names in SETS:
        made[", ".join(names)] = ([*command, "--hooks", write_file(folder, names)], env)
    return made
