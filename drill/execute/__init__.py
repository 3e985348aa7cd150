"""Runs a scenario on the real lab and heals it. Knows neither checks nor reports."""
