"""Floor 2a: make the cluster, step by step."""
