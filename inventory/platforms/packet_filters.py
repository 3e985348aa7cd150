"""The packet filters: nft(8) and iptables(8)."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.platforms.base import PacketFilter


class Nft(PacketFilter):
    """nftables: the lab's rules are in a table of their own, which is removed as a whole."""

    name = "nft"
    rules = "nft list ruleset"

    def title(self, label: str) -> str:
        """Name the table."""
        return f"the nft table {label}"

    def places(self, label: str) -> Mapping[str, str]:
        """Give the family and name of the table."""
        return {"table": f"inet {label}"}

    def drop_incoming(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Add a table with one chain and one rule."""
        table = self.places(label)["table"]
        chain = "{ type filter hook input priority 0; }"
        return (
            f"nft -f - <<'END'\nadd table {table}\nadd chain {table} input {chain}\n"
            f"add rule {table} input ip saddr {source} {protocol} dport {port} counter drop\nEND"
        )

    def undo_drop(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Delete the table."""
        return f"nft delete table {self.places(label)['table']} 2>/dev/null || true"


class Iptables(PacketFilter):
    """iptables: the lab's rules are in chains of their own."""

    name = "iptables"
    rules = "iptables-save"

    def title(self, label: str) -> str:
        """Name the chains."""
        return f"the {label.upper()} chains"

    def places(self, label: str) -> Mapping[str, str]:
        """Give a chain for each direction."""
        return {"chain_in": f"{label.upper()}_IN", "chain_out": f"{label.upper()}_OUT"}

    def drop_incoming(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Insert a rule at the beginning of INPUT."""
        return f"iptables -I INPUT -s {source} -p {protocol} --dport {port} -j DROP"

    def undo_drop(self, source: str, port: int, label: str, protocol: str = "udp") -> str:
        """Delete all copies of the rule."""
        return f"while iptables -D INPUT -s {source} -p {protocol} --dport {port} -j DROP 2>/dev/null; do :; done"
