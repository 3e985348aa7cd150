"""Floor 2b: break the cluster and watch. Never imports provision."""
