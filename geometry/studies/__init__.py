"""One file per question that a reader may ask of a design."""
