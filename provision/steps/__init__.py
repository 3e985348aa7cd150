"""The steps of the walkthrough, one module for each."""
