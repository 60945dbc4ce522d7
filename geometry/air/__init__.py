"""What the air does to a craft on its orbit: exposure of the mesh, drag over a year, the decay it brings."""
