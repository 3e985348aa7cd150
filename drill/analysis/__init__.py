"""Reads facts out of a recorded timeline: outages, owners, fault windows, phases. Pure."""
