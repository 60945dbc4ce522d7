"""One module is one command: its function has the module's name, the first line of its docstring is its help.

Nothing heavy may be imported at the top of these modules: `--help` reads them, and must not wait for
numpy, numba or VTK.
"""
