"""What a run of tests/soak/under_load.py is disturbed with: drawn from a seed, done beside the drill, ended with it."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUIET = ("nothing", "corosync-stop-passive", "maintenance")
ACTIVE = ("stickiness-100", "location-500", "web-kill", "order")


@dataclass(frozen=True)
class Disturbance:
    """What a run is disturbed with: busy processes, pauses [after, seconds, what] and a hanging web server."""

    scenario: str
    busy: int
    pauses: tuple[tuple[float, float, str], ...]
    hang: tuple[float, float] | None

    @classmethod
    def of(cls, seed: int, number: int, cores: int) -> Disturbance:
        """That of one run. The same seed and number give the same."""
        chance = random.Random(f"{seed} {number}")
        scenario = chance.choice(QUIET if chance.random() < 0.7 else ACTIVE)
        pauses = []
        for _ in range(chance.choice((0, 1, 1, 2))):
            what = chance.choice(("drill", "drill", "node0", "node1"))
            longest = 3.6 if chance.random() < 0.2 else 1.3
            pauses.append((round(chance.uniform(3, 16), 2), round(chance.uniform(0.2, longest), 2), what))
        hang = (round(chance.uniform(5, 11), 2), round(chance.uniform(0.8, 2.0), 2))
        sabotage = scenario in ("nothing", "corosync-stop-passive") and chance.random() < 0.25
        return cls(scenario, chance.choice((0, 0, 1, cores)), tuple(pauses), hang if sabotage else None)


@contextlib.contextmanager
def started(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """A program beside the run; it is ended with it, however it ends."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextlib.contextmanager
def disturbed(root: Path, what: Disturbance, drill: subprocess.Popen[str]) -> Iterator[None]:
    """Pause the drill's process or a node for short times, and let the web server hang; all of it ends here."""
    over = threading.Event()
    nodes = sorted(root.glob(".vagrant/machines/*/docker/id"))
    ids = [path.read_text().strip() for path in nodes]

    def pause(after: float, seconds: float, target: str) -> None:
        if over.wait(after):
            return
        if target == "drill":
            send(drill, signal.SIGSTOP)
            over.wait(seconds)
            send(drill, signal.SIGCONT)
        else:
            id_ = ids[int(target[-1])]
            subprocess.run(["docker", "pause", id_], check=False, capture_output=True)
            over.wait(seconds)
            subprocess.run(["docker", "unpause", id_], check=False, capture_output=True)

    def hang(after: float, seconds: float) -> None:
        if over.wait(after):
            return
        for word, time_s in (("STOP", seconds), ("CONT", 0.0)):
            for id_ in ids:
                argv = ["docker", "exec", id_, "pkill", f"-{word}", "apache2"]
                subprocess.run(argv, check=False, capture_output=True)
            over.wait(time_s)

    jobs = [threading.Thread(target=pause, args=one) for one in what.pauses]
    jobs += [threading.Thread(target=hang, args=what.hang)] if what.hang else []
    for job in jobs:
        job.start()
    try:
        yield
    finally:
        over.set()
        for job in jobs:
            job.join()


def send(process: subprocess.Popen[str], number: int) -> None:
    if process.poll() is None:
        process.send_signal(number)
