"""The language in which the lab speaks to people: English, or a translation of it."""
