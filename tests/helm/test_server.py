# SPDX-License-Identifier: Apache-2.0
"""A real API server looks at what is rendered for its version, and stores nothing."""

import os
import shutil
import subprocess
import unittest

import yaml

import charts
import test_render

OTHERS = {"ExternalSecret"}  # kinds that the server need not know


class Server(unittest.TestCase):
    def setUp(self):
        own = charts.CLUSTER / "kubeconfig"
        config = os.environ.get("KUBECONFIG") or str(own)
        self.kubectl = os.environ.get("KUBECTL") or shutil.which("kubectl") or str(
            charts.CLUSTER / "h4/kubectl/kubectl")
        if not shutil.which(self.kubectl):
            self.skipTest("there is no kubectl")
        self.env = {**os.environ, "KUBECONFIG": config}
        done = self.run_kubectl("version", "-o", "yaml", "--request-timeout=5s")
        if done.returncode != 0 or "serverVersion" not in yaml.safe_load(done.stdout):
            self.skipTest("no Kubernetes API server answers")
        self.version = yaml.safe_load(done.stdout)["serverVersion"]["gitVersion"].lstrip("v").partition("-")[0].partition("+")[0]

    def run_kubectl(self, *arguments, **more):
        return subprocess.run([self.kubectl, *arguments], env=self.env, text=True, capture_output=True, timeout=60,
                              check=False, **more)

    def test_accepts_every_object(self):
        # as for the newest server that is no newer than this one
        version = max((one for one in test_render.ENDS if test_render.number(one) <= test_render.number(self.version)),
                      key=test_render.number)
        rendered = set()
        for text in test_render.texts(version).values():
            for document in charts.objects(text):
                # admission looks for the ServiceAccount of a pod, which a dry run has not made
                if document["kind"] not in OTHERS and "serviceAccountName" not in document.get("spec", {}):
                    rendered.add(yaml.safe_dump(document))
        self.assertGreater(len(rendered), 50)
        done = self.run_kubectl("apply", "--dry-run=server", "-f", "-", input="---\n".join(sorted(rendered)))
        self.assertEqual((done.returncode, [line for line in done.stderr.splitlines() if "deprecated" not in line]),
                         (0, []))
        self.assertEqual(len(done.stdout.splitlines()), len(rendered))

    def test_helm_install_renders_the_notes(self):
        space = charts.workspace()
        for major in charts.HELMS:
            text = space.helm(major, "install", charts.RELEASE, space.application, "--dry-run=server", "--kubeconfig",
                              self.env["KUBECONFIG"], "--set", "migrations.image.repository=a")
            self.assertIn("a Helm hook at pre-install, pre-upgrade with weight -5", text.partition("NOTES:")[2])


if __name__ == "__main__":
    unittest.main()
