"""The faults as data, and the remedies that put a node right. Nothing here runs anything."""
