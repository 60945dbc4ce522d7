"""Exchange factors as tables: nothing is lost, and rows sum to one."""

from dataclasses import replace

import numpy as np

from geometry.craft import build_craft
from geometry.design import load_design
from geometry.mesh.optics import OpticalProperties
from geometry.radiation import exchange_factors
from viz.cli.exchange_tables import exchange_arrays, exchange_columns, exchange_fields


def test_columns_hold_what_the_matrices_hold():
    exchange = exchange_factors(build_craft(load_design("panel_module")), tolerance=5e-3)
    fields, columns = exchange_fields(exchange), exchange_columns(exchange)
    size = len(fields["surfaces"])
    assert np.shape(fields["exchange_factor"]) == np.shape(fields["exchange_standard_error"]) == (size, size)
    for k, name in enumerate(fields["surfaces"]):
        rows = columns["from"] == name
        assert np.isclose(columns["exchange_factor"][rows].sum(), 1.0, rtol=1e-10)
        for to, value in zip(columns["to"][rows], columns["exchange_factor"][rows], strict=True):
            if to in ("(space)", "(inactive)"):
                assert value == fields[f"exchange_to_{to.strip('()')}"][k]
            else:
                assert value == fields["exchange_factor"][k, fields["surfaces"].index(to)]
    assert (columns["standard_error"] >= 0.0).all()


def test_a_mirror_that_absorbs_nothing_leaves_space_alone():
    mesh = build_craft(load_design("panel_module")).mesh
    mirrors = replace(mesh, optics=(OpticalProperties(0.0, 0.0, 1.0, 1.0),) * len(mesh.surface_names))
    exchange = exchange_factors(mirrors, tolerance=1e-2)
    columns = exchange_columns(exchange)
    assert set(columns["to"]) <= {"(space)", "(inactive)"}
    assert columns["standard_error"].shape == columns["exchange_factor"].shape
    assert exchange_arrays(exchange)["exchange_standard_error"].shape == (0,)
