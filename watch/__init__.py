"""The live view of a lab: what is seen now, as a terminal view, as a page, and as lines."""
