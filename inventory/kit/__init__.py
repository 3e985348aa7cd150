"""The offline kit: one file with everything that a machine without network needs for the lab (docs/offline.md)."""
