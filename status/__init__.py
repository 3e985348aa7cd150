"""One reading of a node, and one judgement whether the lab is healthy. Imports only cluster and inventory."""
