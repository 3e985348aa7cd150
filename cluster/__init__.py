"""Floor 1: what pacemaker and corosync know, as pure functions. No I/O."""
