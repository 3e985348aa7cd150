"""The BMCs of the nodes, for `fencing: ipmi`: one ipmi_sim(1) a node, on this machine's address in the lab."""
