"""Floor 4: what people type."""
