"""Derives facts from a recorded timeline: outages, owners, fault windows, phases. Pure."""
