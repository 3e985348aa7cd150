"""What judging offline may use of this machine: the cluster's simulator, and the teacher's key of an exam."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from classroom.what_ifs import Simulate


@dataclass(frozen=True)
class Offline:
    """`simulate` asks crm_simulate; None: it is not here. `key` opens the attempts of an exam; None: not given."""

    simulate: Simulate | None = None
    key: X25519PrivateKey | None = None
