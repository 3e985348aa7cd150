"""Runs a shell script for a node here, in a folder of its own: no program of this machine but plain text tools.

Fake programs stand in the place of all that reads or changes a node. A program that a case names answers as the case
says; any other call is written down, does nothing and succeeds. `/proc` and `/dev/shm` lie in the folder too.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHELLS = ("dash", "bash")
"""What a node's sh is: Debian has dash, CentOS has bash."""
TOOLS = (
    *(
        "awk",
        "basename",
        "bash",
        "cat",
        "cp",
        "cut",
        "dash",
        "date",
        "dirname",
        "env",
        "expr",
        "false",
        "grep",
    ),
    *(
        "head",
        "ln",
        "mkdir",
        "mktemp",
        "mv",
        "printf",
        "readlink",
        "rm",
        "rmdir",
        "sed",
        "seq",
        "setsid",
        "sleep",
        "sort",
    ),
    *("tail", "tee", "timeout", "touch", "tr", "true", "uniq", "wc", "xargs"),
)
"""Programs of this machine that a script may really use."""
FAKES = (
    *("chmod", "chown", "cibadmin", "corosync-cfgtool", "corosync-cmapctl", "corosync-quorumtool"),
    *("crm_attribute", "crm_mon", "crm_resource", "crmadmin"),
    *("dd", "du", "ip", "iptables", "kill", "mount", "nft"),
    *("nproc", "nsenter", "pcs", "pidof", "pkill", "ps", "reboot", "service", "systemctl", "umount"),
)
"""Programs that read or change a node."""
_FAKE = """\
#!/bin/sh
call="${0##*/}${1:+ }$*"
@answers@
echo "$call" >>"$SANDBOX/calls"
[ "$call" != "nft -f -" ] || sed 's/^/  /' >>"$SANDBOX/calls"
"""


def make_programs(folder: Path) -> Path:
    """A folder with the tools and with fake programs that only write their calls down; all sandboxes share it."""
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    for name in FAKES:
        _write_program(folder / name, _FAKE.replace("@answers@\n", ""))
    return folder


@dataclass
class Sandbox:
    """One folder with the programs that a case names; `{root}` in a text means the folder."""

    root: Path
    programs: Path
    """The folder of `make_programs`."""

    def __post_init__(self) -> None:
        for folder in ("bin", "proc", "dev/shm", "run"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "proc/mounts").touch()

    def answer(self, programs: dict[str, Any]) -> None:
        """Let programs answer: "NAME ARGUMENTS..." to what it prints, or to {prints, status} or {runs} or {does}.

        The longest beginning of a call that fits counts. `runs` is a shell text that gives output and status; `does`
        is one too, for a call that changes something: it is written down. A program that is not in FAKES is there
        only in the cases that name it.
        """
        for name in {call.split()[0] for call in programs}:
            mine = {call: answer for call, answer in programs.items() if call.split()[0] == name}
            cases = "\n".join(self._case(call, mine[call]) for call in sorted(mine, key=len, reverse=True))
            text = _FAKE.replace("@answers@", f'case "$call" in\n{cases}\nesac')
            _write_program(self.root / "bin" / name, text)

    def _case(self, call: str, answer: Any) -> str:
        row = answer if isinstance(answer, dict) else {"prints": answer}
        assert set(row) <= {"prints", "status", "runs", "does"}
        note = 'echo "$call" >>"$SANDBOX/calls"\n' if "does" in row else ""
        text = self.expand(str(row.get("prints", "")))
        prints = f"printf '%s\\n' {shlex.quote(text.rstrip())}" if text else ":"
        runs = self.expand(row.get("does", row.get("runs", prints)))
        return f"{shlex.quote(call)}*)\n{note}{runs}\nexit {row.get('status', '$?')} ;;"

    def expand(self, value: Any) -> Any:
        """A text with the folder in the place of `{root}`."""
        return value.replace("{root}", str(self.root)) if isinstance(value, str) else value

    def run(self, script: str, shell: str = "dash", stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run it to its end, with `shell` as sh. `kill` is built into a shell: a function takes its place."""
        sh = self.root / "bin/sh"
        sh.unlink(missing_ok=True)
        sh.symlink_to(self.programs / shell)
        for folder in ("/proc/", "/dev/shm"):
            script = script.replace(folder, f"{self.root}{folder}")
        return subprocess.run(
            [str(sh), "-c", f'kill() {{ env kill "$@"; }}\n{script}'],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            cwd=self.root,
            env={"PATH": f"{self.root}/bin:{self.programs}", "SANDBOX": str(self.root), "LC_ALL": "C"},
        )

    @property
    def calls(self) -> list[str]:
        """The calls that were written down, in order, with `{root}` for the folder."""
        path = self.root / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.replace(str(self.root), "{root}") for line in lines]


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
