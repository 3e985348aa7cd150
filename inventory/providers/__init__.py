"""The providers, which make the nodes (containers or virtual machines). All that differs between them is here."""
