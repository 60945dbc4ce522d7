"""radiation."""
