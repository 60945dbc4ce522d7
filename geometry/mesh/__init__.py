"""Triangle meshes whose every face belongs to a named surface with a coating."""
