"""The record of one scenario: its types, and its file of JSON lines."""
