"""Layer 0: what exists and how to reach it. Imports nothing of the layers above."""
