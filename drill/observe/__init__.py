"""Watches the service and the nodes while a scenario runs, on one clock."""
