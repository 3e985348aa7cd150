"""Reads lab.yaml. One error lists all mistakes, each with its line and its key."""
