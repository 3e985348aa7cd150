"""What lab.yaml says about corosync."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Corosync:
    """The timings of totem (milliseconds), encryption and quorum mode (corosync.conf(5), votequorum(5))."""

    token_ms: int
    consensus_ms: int
    crypto_cipher: str
    crypto_hash: str
    two_node: bool

    @property
    def encrypted(self) -> bool:
        """Corosync uses its key, to encrypt its messages or to sign them."""
        return (self.crypto_cipher, self.crypto_hash) != ("none", "none")
