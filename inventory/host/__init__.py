"""What this machine has, what it lacks, and how its own network is used."""
