"""The steps of the walkthrough, one file each."""
