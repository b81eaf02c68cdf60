# SPDX-License-Identifier: Apache-2.0
"""A real API server looks at what is rendered for its version, and stores nothing."""

import os
import shutil
import subprocess
import unittest

import yaml

import cases
import charts

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
        self.version = yaml.safe_load(done.stdout)["serverVersion"]["gitVersion"].lstrip("v")

    def run_kubectl(self, *arguments, **more):
        return subprocess.run([self.kubectl, *arguments], env=self.env, text=True, capture_output=True, timeout=60,
                              check=False, **more)

    def test_accepts_every_object(self):
        space = charts.workspace()
        rendered = {}
        major = next(iter(charts.HELMS))
        for chart, values in ((space.application, cases.APPLICATION), (space.shop, cases.SHOP),
                              (space.tiny, cases.TINY)):
            for name, one in values.items():
                for document in charts.objects(space.render(major, chart, one, kube=self.version)):
                    # admission looks for the ServiceAccount of a pod, which a dry run has not made
                    if document["kind"] not in OTHERS and "serviceAccountName" not in document.get("spec", {}):
                        rendered[yaml.safe_dump(document)] = f"{name}: {document['kind']}"
        self.assertGreater(len(rendered), 50)
        done = self.run_kubectl("apply", "--dry-run=server", "-f", "-", input="---\n".join(rendered))
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
