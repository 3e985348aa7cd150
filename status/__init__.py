"""One reading of a node, and the one judgement whether the cluster is healthy."""
