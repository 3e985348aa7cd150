"""The base image of the EL9 look-alike: made from Debian's packages by tests/lookalike/el9, once by version.

Its recipe: build.sh makes the root file system with its repositories; then dnf installs what the real base image or
a company's own one has: curl-minimal, and a firewalld that runs.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from tests.support.local_registry import docker

HERE = Path(__file__).resolve().parents[1] / "lookalike" / "el9"
REPOSITORY = "ha-lab-lookalike"
DOCKERFILE = """\
FROM {raw}
RUN rpm -i --justdb --nodeps /srv/el9/baseos/el9-base-*.rpm \\
    && dnf -q -y --setopt=install_weak_deps=False install curl-minimal firewalld && dnf -q clean all
"""
BUILD_DEADLINE = 1500.0


def tag() -> str:
    """The tag of this version: a hash of all that goes in."""
    texts = [path.read_bytes() for path in sorted(HERE.iterdir()) if path.is_file()]
    digest = hashlib.sha256(b"\n".join([DOCKERFILE.encode(), *texts])).hexdigest()[:12]
    return f"{REPOSITORY}:el9-{digest}"


def base_image(folder: Path) -> str:
    """Make the base image in a folder, if the engine does not have it; its tag."""
    wanted = tag()
    if wanted in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", REPOSITORY).split():
        return wanted
    done = subprocess.run(
        ["sh", str(HERE / "build.sh"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=BUILD_DEADLINE,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"build.sh: exit {done.returncode}\n{done.stderr[-4000:]}"
    raw = f"{REPOSITORY}:raw-{wanted.rpartition('-')[2]}"
    docker("import", str(folder / "base.tar"), raw)
    (folder / "base.tar").unlink()
    try:
        docker("build", "-q", "--force-rm", "-t", wanted, "-", stdin=DOCKERFILE.format(raw=raw).encode())
    finally:
        docker("rmi", "--no-prune", raw)
    return wanted
