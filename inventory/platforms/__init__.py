"""The operating systems of the nodes: all that differs between them is here."""
