"""Layer 5: what people type."""
