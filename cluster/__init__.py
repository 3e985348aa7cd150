"""Layer 1: pacemaker's and corosync's files, outputs and rules, as pure functions. No I/O."""
