"""What is seen of a lab: facts, the state that they make, and what is shown of it at a moment. Pure."""
