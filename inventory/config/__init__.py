"""Reads lab.yaml; each mistake is named with its place."""
