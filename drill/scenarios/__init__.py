"""The scenarios as data: starting state, moves, checks, and the conditions they wait for."""
