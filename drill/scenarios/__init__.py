"""The scenarios as data: starting states, moves, checks, and the conditions that they wait for."""
