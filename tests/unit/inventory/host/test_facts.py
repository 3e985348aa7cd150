from __future__ import annotations

from inventory.host import facts


def test_memory_and_plugins() -> None:
    assert facts.memory("MemTotal: 4096 kB\nMemAvailable:   2048000 kB\n") == 2000
    assert facts.memory("") is None
    text = "1,,ui,info,vagrant-libvirt (0.11.2)\n1,x,plugin-name,vagrant-libvirt\n1,x,plugin-version,0.1\n"
    assert facts.plugins(text) == ("vagrant-libvirt",)
