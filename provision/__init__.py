"""Layer 3: makes the cluster, step by step."""
