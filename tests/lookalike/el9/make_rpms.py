"""Make RPMs with the names of EL9 from the files of installed Debian packages. Runs as root in the tree that has them.

Usage: make_rpms.py BEFORE FOLDER [NAME...]. BEFORE holds what the base has: packages, files, passwd, group. The Debian
packages that are installed now and were not before become RPMs in FOLDER/<repository>, with their dependencies; with
names, only those. Standard library only: the tree has no other packages of Python.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DATA = json.loads((HERE / "packages.json").read_text())
WORK = Path("/var/tmp/rpms")
FIELDS = "${Package}\t${Version}\t${Pre-Depends}, ${Depends}\t${Provides}\n"
USERS = "el9-users"


def installed() -> dict[str, list[str]]:
    """The installed Debian packages with their version, dependencies and provided names."""
    said = subprocess.run(
        ["dpkg-query", "-W", "-f", FIELDS], check=True, capture_output=True, text=True
    ).stdout
    return {row[0]: row[1:] for row in (line.split("\t") for line in said.splitlines())}


def names_in(text: str) -> list[list[str]]:
    """Parse Depends: for each dependency its alternatives, without versions and architectures."""
    groups = (group.split("|") for group in text.split(","))
    found = [[re.sub(r"[\s(:].*", "", one.strip()) for one in group] for group in groups]
    return [[one for one in group if one] for group in found]


def own_path(path: str) -> str:
    """The path without symbolic links in its folders (/lib is a link to /usr/lib)."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)


def files_of(package: str, base: set[str]) -> list[str]:
    """The package's files and links that the base has not, as this tree has them."""
    said = subprocess.run(["dpkg", "-L", package], check=True, capture_output=True, text=True).stdout
    paths = (own_path(line) for line in said.splitlines() if line.startswith("/"))
    dropped = re.compile(DATA["dropped"])
    return sorted(
        path for path in set(paths) if path not in base and os.path.lexists(path) and not dropped.search(path)
    )


def put(path: str, root: Path) -> None:
    """Copy a file, link or empty folder below a root, with its owner and mode; folders on the way too."""
    target = root / path.lstrip("/")
    put_folders(os.path.dirname(path), root)
    if os.path.isdir(path) and not os.path.islink(path):
        target.mkdir(exist_ok=True)
    elif not os.path.lexists(target):
        shutil.copy2(path, target, follow_symlinks=False)
    own(path, target)


def put_folders(path: str, root: Path) -> None:
    target = root / path.lstrip("/")
    if not target.is_dir():
        put_folders(os.path.dirname(path), root)
        target.mkdir()
        own(path, target)


def own(path: str, target: Path) -> None:
    """Give the target the owner and mode of a path."""
    state = os.lstat(path)
    os.chown(target, state.st_uid, state.st_gid, follow_symlinks=False)
    if not target.is_symlink():
        target.chmod(state.st_mode & 0o7777)


def changed(name: str, root: Path) -> list[str]:
    """Apply the changes of an EL9 package in its root: files of this folder, moves, links, removals; its file list."""
    rules = DATA["changes"].get(name, {})
    for old, new in rules.get("move", {}).items():
        (root / new.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / old.lstrip("/")).rename(root / new.lstrip("/"))
    for path in rules.get("remove", ()):
        for found in root.glob(path.lstrip("/")):
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
    for path, source in rules.get("files", {}).items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / source, target)
        target.chmod(0o755 if "/sbin/" in path or "/bin/" in path else 0o644)
    for path, goal in rules.get("links", {}).items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(goal)
    for path in rules.get("folders", ()):
        (root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
    return [f"/{found.relative_to(root)}" for found in sorted(root.rglob("*"))]


def spec(name: str, version: str, lines: list[str], paths: list[str], root: Path) -> str:
    """Write the spec of one package."""
    rules = DATA["changes"].get(name, {})
    listed = [
        f'{"%dir " if (root / path[1:]).is_dir() and not (root / path[1:]).is_symlink() else ""}"{path}"'
        for path in paths
    ]
    scripts = [f"%{when}\n{text}" for when, text in rules.get("scripts", {}).items()]
    return "\n".join(
        [
            f"Name: {name}",
            f"Version: {version}",
            "Release: 1.el9",
            f"Summary: {name}, from Debian's files",
            "License: see the package in Debian",
            "AutoReqProv: no",
            *lines,
            *(f"Requires: {one}" for one in rules.get("requires", ())),
            *(f"Recommends: {one}" for one in rules.get("recommends", ())),
            *(f"Conflicts: {one}" for one in rules.get("conflicts", ())),
            *(f"Provides: {one}" for one in rules.get("provides", ())),
            "%description",
            "Made from the files of Debian's packages, for tests.",
            *scripts,
            *(["%post -p /sbin/ldconfig"] if any(".so" in path for path in paths) and not scripts else []),
            "%files",
            *listed,
            "",
        ]
    )


def build(name: str, version: str, lines: list[str], root: Path, folder: Path) -> None:
    """Run rpmbuild for one package."""
    root.mkdir(parents=True, exist_ok=True)
    paths = changed(name, root)
    paths = [path for path in paths if not (os.path.isdir(path) and own_by_base(path))]
    file = WORK / f"{name}.spec"
    file.write_text(spec(name, version, lines, paths, root))
    defined = {
        "_topdir": str(WORK / "top"),
        "_rpmdir": str(folder / DATA["repositories"].get(name, "appstream")),
        "_build_name_fmt": "%%{NAME}-%%{VERSION}.rpm",
        "_binary_payload": "w1.gzdio",
        "debug_package": "%{nil}",
        "__os_install_post": "%{nil}",
        "_build_id_links": "none",
    }
    macros = [word for key, value in defined.items() for word in ("--define", f"{key} {value}")]
    done = subprocess.run(
        ["rpmbuild", "-bb", "--quiet", *macros, "--buildroot", str(root), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"rpmbuild {name}: {done.stderr[-2000:]}")


BASE_FOLDERS: set[str] = set()


def own_by_base(path: str) -> bool:
    return path in BASE_FOLDERS


def users(before: Path) -> str:
    """Commands that add the users and groups which this tree has and the base has not."""
    lines = []
    for kind, command in (
        ("group", "groupadd -r -g {2} {0}"),
        ("passwd", "useradd -r -u {2} -g {3} -d {5} -s {6} {0}"),
    ):
        old = {line.split(":")[0] for line in (before / kind).read_text().splitlines()}
        for line in Path(f"/etc/{kind}").read_text().splitlines():
            if line.split(":")[0] not in old:
                name = line.split(":")[0]
                lines.append(f"getent {kind} {name} >/dev/null || {command.format(*line.split(':'))}")
    return "\n".join([*lines, *DATA["users"], "true"])


def main() -> None:
    """Make all RPMs."""
    before, folder = Path(sys.argv[1]), Path(sys.argv[2])
    base_packages = set((before / "packages").read_text().split())
    base = set((before / "files").read_text().splitlines())
    BASE_FOLDERS.update(base)
    every = installed()
    new = {name: fields for name, fields in every.items() if name not in base_packages}
    tools = set(DATA["tools"])
    called = {debian: DATA["names"].get(debian, debian) for debian in new}
    provided = {
        virtual: called[name]
        for name, (_, _, provides) in new.items()
        for group in names_in(provides)
        for virtual in group
    }
    DATA["changes"].setdefault(USERS, {}).setdefault("scripts", {})["pre"] = users(before)
    only = set(sys.argv[3:])
    if not only or USERS in only:
        build(USERS, "9", [], WORK / "roots" / USERS, folder)
    parts: dict[str, tuple[str, set[str]]] = {}
    for name, (version, depends, _) in sorted(new.items()):
        if name in tools:
            continue
        number = re.sub(r"[^A-Za-z0-9.]", ".", re.sub(r"^\d+:|[-+~].*$", "", version)) or "1"
        needs = {
            called.get(one) or provided[one]
            for group in names_in(depends)
            for one in [next((one for one in group if one in new or one in provided), "")]
            if one and one not in tools
        }
        root = WORK / "roots" / called[name]
        root.mkdir(parents=True, exist_ok=True)
        for path in files_of(name, base):
            put(path, root)
        for path in DATA["changes"].get(called[name], {}).get("also", ()):
            put(path, root)
        first, known = parts.get(called[name], (number, set()))
        parts[called[name]] = (first if name == called[name] else number, known | needs)
    for name, paths in DATA["extra"].items():
        root = WORK / "roots" / name
        root.mkdir(parents=True)
        for path in paths:
            put(path, root)
        parts[name] = ("1", set())
    made = set(parts)
    for name, (number, needs) in sorted(parts.items()):
        if only and name not in only:
            continue
        wanted = sorted((needs & made) - {name})
        lines = [f"Requires(pre): {USERS}", *(f"Requires: {one}" for one in wanted)]
        build(name, number, lines, WORK / "roots" / name, folder)
    for repository in ("baseos", "appstream", "highavailability"):
        subprocess.run(["createrepo_c", "-q", str(folder / repository)], check=True)


if __name__ == "__main__":
    main()
