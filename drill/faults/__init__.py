"""The faults, and the remedies that repair a node. Data only: this package runs no command."""
