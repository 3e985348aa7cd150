"""Floor 0: what exists and how to reach it. Imports nothing of the floors above."""
