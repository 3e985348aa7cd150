"""Where the facts of a view come from, and how a scenario is started beside them."""
