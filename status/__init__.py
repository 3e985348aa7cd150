"""One reading of a node, and the one judgement whether the lab is healthy. Imports only cluster and inventory."""
