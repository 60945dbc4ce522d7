"""The interactive viewers: pictures that answer."""
