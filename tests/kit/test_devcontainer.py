"""The devcontainer CLI reads .devcontainer/devcontainer.json. It builds nothing: a build needs a container registry."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.support.scratch_lab import ROOT

TOOL = ("npx", "--yes", "@devcontainers/cli@0", "read-configuration", "--workspace-folder")
DEADLINE = 300.0


@pytest.mark.skipif(shutil.which("npx") is None, reason="needs npx (Debian: npm)")
def test_the_tool_reads_it() -> None:
    done = subprocess.run(
        [*TOOL, str(ROOT)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["configuration"]
    assert found["forwardPorts"] == [8400]
    assert found["onCreateCommand"] == "./lab image"
    assert [name.rpartition("/")[2] for name in found["features"]] == ["docker-in-docker:2"]
