"""A plugin of pytest: tests that break a real cluster, see what its clients see, and assert (docs/plugin.md)."""
