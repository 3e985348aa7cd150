"""Commands on nodes over ssh."""
