"""The packet filters: nft(8) and iptables(8)."""

from __future__ import annotations

from inventory.platforms.base import PacketFilter


class Nft(PacketFilter):
    """nftables: rules stand in tables, and a table of the lab's own is removed as a whole."""

    name = "nft"
    rules = "nft list ruleset"

    def drop_incoming(self, port: int, table: str) -> str:
        """Add a table with one chain and one rule."""
        chain = "{ type filter hook input priority 0; }"
        return (
            f"nft -f - <<'END'\nadd table {table}\nadd chain {table} in {chain}\n"
            f"add rule {table} in udp dport {port} counter drop\nEND"
        )

    def undo_drop(self, port: int, table: str) -> str:
        """Delete the table."""
        return f"nft delete table {table} 2>/dev/null || true"


class Iptables(PacketFilter):
    """iptables: rules stand in chains of one table that all share."""

    name = "iptables"
    rules = "iptables-save"

    def drop_incoming(self, port: int, table: str) -> str:
        """Put a rule first in INPUT."""
        return f"iptables -I INPUT -p udp --dport {port} -j DROP"

    def undo_drop(self, port: int, table: str) -> str:
        """Delete the rule as often as it is there."""
        return f"while iptables -D INPUT -p udp --dport {port} -j DROP 2>/dev/null; do :; done"
