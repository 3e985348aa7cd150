"""The machine on which the lab runs: its facts, what is missing, its programs and its networks."""
