"""dawnring's showing half: results -> Scene -> image; the only home of pyvista and vtk."""
