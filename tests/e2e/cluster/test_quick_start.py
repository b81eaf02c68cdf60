# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/kubernetes/quick-start.md, as they stand there."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import cluster

PAGE = os.path.join(cluster.PROJECT, "docs", "kubernetes", "quick-start.md")


class QuickStart(cluster.ClusterTest):
    def test_every_command_of_the_page(self):
        with open(PAGE, encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.M | re.S)
        settings, commands = blocks[0], blocks[1:]
        self.assertEqual(re.findall(r"^export (\w+)=", settings, re.M),
                         ["GARBOARD_IMAGE", "APP_IMAGE", "DATABASE_URL"])

        def check(major, database, namespace):
            follow = self.reader(major, database, namespace)
            install, new, broken, evidence, mended, clearing = commands
            follow(install.replace("kubectl create namespace shop\n", ""))
            self.assertEqual(len(self.applied(database)), 2)
            said = follow(new)
            self.assertIn("1 applied in", said)
            self.assertRegex(said, r"Phase: +Succeeded")
            before = {pod["metadata"]["uid"] for pod in namespace.application()}
            self.assertIn("exit code 1", follow(broken))
            self.assertEqual({pod["metadata"]["uid"] for pod in namespace.application()}, before)
            said = follow(evidence)
            message = json.loads(re.search(r'^\{"code":.*', said, re.M)[0])
            self.assertEqual((message["code"], message["where"]["line"]), (30, 3))
            self.assertRegex(said, r"3 .*failed")
            follow(mended)
            self.assertEqual(len(self.applied(database)), 4)
            follow(clearing)

        self.on_each(check, (cluster.databases.Postgres,))

    def reader(self, major, database, namespace):
        """Runs commands of the page in a copy of the repository, in a namespace of this test."""
        folder = tempfile.TemporaryDirectory(prefix="garboard-reader-")
        self.addCleanup(folder.cleanup)
        for part in (("deploy", "helm"), ("examples", "helm")):
            shutil.copytree(os.path.join(cluster.PROJECT, *part), os.path.join(folder.name, *part))
        programs = os.path.join(folder.name, "bin")
        os.mkdir(programs)
        for name, path in (("helm", cluster.HELMS[major]), ("kubectl", cluster.KUBECTL)):
            os.symlink(shutil.which(path), os.path.join(programs, name))
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "APP_IMAGE": cluster.PAUSE,
                       "GARBOARD_IMAGE": "localhost/garboard", "DATABASE_URL": cluster.url_for_pods(database)}

        def follow(block):
            block = re.sub(r"(-n|namespace) shop(?=\s)", rf"\1 {namespace.name}", block)
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], text=True, cwd=folder.name,
                                  env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=cluster.PATIENCE * 2)
            self.assertEqual(done.returncode, 0, done.stdout)
            return done.stdout

        return follow


if __name__ == "__main__":
    unittest.main()
