"""Records the service and the nodes while a scenario runs, with one clock."""
