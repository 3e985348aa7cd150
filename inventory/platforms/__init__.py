"""The operating systems of the nodes: everything that differs between them is in this package.

One file per system. The registry finds every `Platform` that is defined in a module of this package, so a new
system is one new file. Parts that several systems share (systemctl, dnf, firewalld ...) are in separate modules.
"""
