"""Reads lab.yaml. All mistakes are told at once, each with its line and its key."""
