"""Floor 4: walk, check, exercises and grades: uses steps and checks, adds none of its own."""
