"""Names and sizes in words."""

import pytest

from geometry.craft.craft import Craft
from geometry.design import load_design
from geometry.mesh.optics import COATINGS, UNCOATED
from geometry.mesh.primitives import Block, Surface, box
from geometry.mesh.surface_mesh import concatenate
from viz.titles import area_text, known_of, length_text, mass_text, title_of, uncoated_note


def cube(size_m, *optics):
    """Cubes in a row, one for each coating."""
    parts = [
        box(
            Block((2.0 * k * size_m, 0, 0), ((2.0 * k + 1.0) * size_m, size_m, size_m)),
            Surface(f"part_{k}", o),
        )
        for k, o in enumerate(optics)
    ]
    return Craft("cube", concatenate(parts))


class TestTextLaw:
    @pytest.mark.parametrize(
        ("length_m", "text"),
        [(781.25, "781 m"), (2000.0, "2,000 m"), (6.4, "6.4 m"), (9.96, "10 m"), (0.996, "100 cm"),
         (0.1, "10 cm"), (0.0125, "1.2 cm"), (0.0042, "4.2 mm")],
    )  # fmt: skip
    def test_lengths_keep_two_figures(self, length_m, text):
        assert length_text(length_m) == text

    def test_areas_and_masses_keep_two_figures(self):
        assert [area_text(a) for a in (440.4, 2.52, 0.5, 0.0024)] == ["440 m²", "2.5 m²", "0.5 m²", "24 cm²"]
        kilograms = (107_396.0, 9_999.0, 740.0, 1.33, 0.02)
        assert [mass_text(m) for m in kilograms] == ["107 t", "9,999 kg", "740 kg", "1.3 kg", "20 g"]

    def test_what_is_not_known_is_not_told(self):
        assert known_of(cube(2.0, UNCOATED)) == ("2.0 m across",)

    def test_cells_are_known_by_their_coating(self):
        assert known_of(cube(1.0, COATINGS["solar_cell"], UNCOATED)) == ("3.0 m across", "6.0 m² of cells")

    def test_grey_is_explained_where_it_is_seen(self):
        white = COATINGS["white_paint"]
        assert uncoated_note(cube(1.0, white)) == ()
        assert uncoated_note(cube(1.0, white, UNCOATED)) == ("grey: no coating given",)
        assert uncoated_note(cube(1.0, UNCOATED)) == ("no coatings given",)

    def test_names_are_spelled(self):
        assert title_of(load_design("broadband_28kw")) == "broadband 28 kW"
