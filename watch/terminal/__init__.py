"""The full-screen terminal view (textual). It is imported only when it is shown."""
