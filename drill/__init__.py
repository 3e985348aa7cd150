"""Layer 3: break the cluster and observe it. Never imports provision."""
