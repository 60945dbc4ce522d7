"""Rectangles, boxes, solids of revolution: areas, volumes and orientation against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geometry.mesh.optics import COATINGS
from geometry.mesh.primitives import (
    SIDES,
    Block,
    Surface,
    block_at,
    box,
    cone_profile,
    cylinder_profile,
    dome_profile,
    nozzle_profile,
    rectangle,
    rectangles,
    repeated,
    revolved,
    strut,
    welded,
)
from geometry.mesh.surface_mesh import INACTIVE, concatenate

SKIN = Surface("skin", COATINGS["black"])
OTHER = Surface("other", COATINGS["white_paint"])
LENGTH = st.floats(0.01, 50.0)


def volume_m3(mesh):
    a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces], 1, 0)
    return float(np.einsum("fk,fk->", a, np.cross(b, c)) / 6.0)


def is_closed(mesh):
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]).tolist()
    directed = {tuple(e) for e in edges}
    return len(directed) == len(edges) and all((b, a) in directed for a, b in directed)


def area_of(mesh, name):
    return mesh.surface_areas_m2[mesh.surface_index(name)]


class TestRectangleAnalytic:
    @pytest.mark.parametrize("side", SIDES)
    def test_front_looks_where_it_is_told(self, side):
        axis = "xyz".index(side[1])
        low, high = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])
        low[axis] = high[axis] = 0.5
        mesh = rectangle(low, high, side, SKIN, OTHER)
        expected = np.zeros(3)
        expected[axis] = 1.0 if side[0] == "+" else -1.0
        np.testing.assert_array_equal(mesh.normals, [expected, expected])
        assert (mesh.vertices_m[:, axis] == 0.5).all()

    def test_sheet_is_one_set_of_triangles(self):
        mesh = rectangle((0, 0, 1), (2, 3, 1), "+z", SKIN, OTHER)
        assert len(mesh.faces) == 2
        np.testing.assert_allclose(mesh.surface_areas_m2, [6.0, 6.0], rtol=1e-15)

    def test_grid(self):
        mesh = rectangle((0, 0, 0), (2, 3, 0), "-z", SKIN, columns=4, rows=3)
        assert len(mesh.faces) == 24
        np.testing.assert_allclose(mesh.areas_m2, 6.0 / 24, rtol=1e-12)

    def test_footprints_count_on_their_side_only(self):
        on_back = block_at("-z", (1.0, 1.0, 0.0), (0.4, 0.5, 0.1))
        on_front = block_at("+z", (1.5, 2.0, 0.0), (0.2, 0.2, 0.3))
        patch = Block((0.1, 2.0, -0.01), (0.4, 2.5, 0.0))
        mesh = rectangle(
            (0, 0, 0), (2, 3, 0), "+z", SKIN, OTHER,
            on_front=[on_front], on_back=[on_back], patches=[(patch, Surface("chip", COATINGS["gpu_lid"]))],
        )  # fmt: skip
        assert area_of(mesh, "skin") == pytest.approx(6.0 - 0.04, rel=1e-12)
        assert area_of(mesh, "other") == pytest.approx(6.0 - 0.2 - 0.15, rel=1e-12)
        assert area_of(mesh, "chip") == pytest.approx(0.15, rel=1e-12)
        beneath = mesh.back_surface == INACTIVE
        assert mesh.areas_m2[beneath].sum() == pytest.approx(0.2, rel=1e-12)


class TestBoxLaw:
    @settings(max_examples=30, deadline=None)
    @given(LENGTH, LENGTH, LENGTH, st.tuples(*[st.floats(-20, 20)] * 3))
    def test_closed_with_its_volume_and_area(self, a, b, c, corner):
        block = Block.between(corner, np.add(corner, (a, b, c)))
        x, y, z = block.size_m
        mesh = box(block, SKIN)
        assert len(mesh.vertices_m) == 8
        assert is_closed(mesh)
        # products of coordinates up to 70 m lose (70/0.01)^2 of the last digits where the box is thin
        assert volume_m3(mesh.transformed(translation_m=-block.center_m)) == pytest.approx(
            x * y * z, rel=1e-9
        )
        assert area_of(mesh, "skin") == pytest.approx(2 * (x * y + y * z + z * x), rel=1e-9)

    def test_a_part_on_a_face_takes_its_footprint(self):
        base = Block((0.0, 0.0, 0.0), (2.0, 3.0, 1.0))
        parts = [Block((0.2, 0.2, 1.0), (0.7, 0.5, 1.2)), Block((1.0, 1.0, 1.0), (1.5, 2.5, 1.4))]
        mesh = box(base, None, faces={"+z": SKIN, "-z": OTHER}, mounted={"+z": parts})
        assert is_closed(mesh)
        assert volume_m3(mesh) == pytest.approx(6.0, rel=1e-12)
        assert area_of(mesh, "skin") == pytest.approx(6.0 - 0.15 - 0.75, rel=1e-12)
        assert area_of(mesh, "other") == pytest.approx(6.0, rel=1e-12)

    def test_box_without_its_foot(self):
        part = Block((0.2, 0.2, 1.0), (0.7, 0.5, 1.2))
        mesh = box(part, SKIN, without=["-z"])
        assert area_of(mesh, "skin") == pytest.approx(0.15 + 2 * 0.2 * (0.5 + 0.3), rel=1e-12)


class TestRevolvedAnalytic:
    SIDES = 48
    RING = 0.5 * SIDES * np.sin(2 * np.pi / SIDES)  # area of the polygon on the unit circle

    @pytest.mark.parametrize(
        ("profile", "volume"),
        [
            (cylinder_profile(0.7, 2.0), 0.49 * 2.0),
            (cone_profile(0.7, 0.0, 3.0), 0.49),
            (cone_profile(0.0, 0.7, 3.0), 0.49),
            (cone_profile(0.5, 1.0, 1.0), (0.25 + 0.5 + 1.0) / 3.0),
        ],
    )
    def test_volume_of_the_inscribed_prism(self, profile, volume):
        mesh = revolved(profile, SKIN, base_m=(1.0, -2.0, 0.5), direction=(1.0, 2.0, -3.0), sides=self.SIDES)
        assert is_closed(mesh)
        centred = mesh.transformed(translation_m=(-1.0, 2.0, -0.5))
        assert volume_m3(centred) == pytest.approx(self.RING * volume, rel=1e-12)

    def test_dome_tends_to_half_an_ellipsoid(self):
        exact = 2.0 / 3.0 * np.pi * 0.8**2 * 0.5
        errors = [
            1.0 - volume_m3(revolved(dome_profile(0.8, 0.5, rings=n), SKIN, sides=4 * n)) / exact
            for n in (8, 16, 32)
        ]
        assert errors[0] < 0.03
        # polygons inside the curve: the error falls with the square of the number of sides
        np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4.0, rtol=0.1)

    def test_nozzle_is_a_closed_wall(self):
        mesh = revolved(nozzle_profile(0.05, 0.2, 0.3, 0.01), SKIN, sides=32)
        assert is_closed(mesh)
        assert 0.0 < volume_m3(mesh) < 0.3 * np.pi * 0.21**2

    def test_surfaces_by_stretch(self):
        mesh = revolved(cylinder_profile(0.5, 1.0), [OTHER, SKIN, OTHER], sides=6)
        assert area_of(mesh, "skin") == pytest.approx(6 * 0.5, rel=1e-12)  # side of a hexagon: its radius
        assert area_of(mesh, "other") == pytest.approx(2 * 1.5 * np.sqrt(3) * 0.25, rel=1e-12)

    def test_strut_reaches_from_end_to_end(self):
        start, end = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 5.0])
        mesh = strut(start, end, 0.2, SKIN)
        centred = mesh.transformed(translation_m=-start)
        assert volume_m3(centred) == pytest.approx(3.0 * 0.04, rel=1e-12)
        np.testing.assert_allclose(
            centred.vertices_m[mesh.faces].mean(axis=(0, 1)), 0.5 * (end - start), atol=1e-12
        )


class TestRepeatedLaw:
    def test_copies_keep_names_and_add_areas(self):
        one = box(Block((0, 0, 0), (1, 1, 1)), SKIN)
        three = repeated(one, [(0, 0, 0), (2, 0, 0), (0, 5, 0)])
        assert three.surface_names == ("skin",)
        assert area_of(three, "skin") == pytest.approx(18.0)
        np.testing.assert_array_equal(three.bounds_m, [[0, 0, 0], [3, 6, 1]])

    def test_welding_joins_what_touches(self):
        row = repeated(rectangle((0, 0, 0), (1, 1, 0), "+z", SKIN), [(0, 0, 0), (1, 0, 0)])
        assert len(row.vertices_m) == 8
        assert len(welded(row).vertices_m) == 6
        np.testing.assert_array_equal(welded(row).areas_m2, row.areas_m2)


class TestPrimitivesRefusal:
    def test_block_inside_out(self):
        with pytest.raises(ValueError, match="low_m below high_m"):
            Block((0, 0, 0), (1, -1, 1))

    def test_block_of_nan(self):
        with pytest.raises(ValueError, match="corner of a Block must be finite"):
            Block((0, 0, np.nan), (1, 1, 1))

    def test_rectangle_that_is_none(self):
        with pytest.raises(ValueError, match="span a rectangle across z"):
            rectangle((0, 0, 0), (1, 1, 1), "+z", SKIN)

    def test_unknown_side(self):
        with pytest.raises(ValueError, match="side"):
            rectangle((0, 0, 0), (1, 1, 0), "z", SKIN)

    def test_negative_radius(self):
        with pytest.raises(ValueError, match="must not be negative"):
            revolved([[0, 0], [-1, 0], [0, 1]], SKIN)

    def test_flat_cylinder(self):
        with pytest.raises(ValueError, match="height of a cylinder"):
            cylinder_profile(1.0, 0.0)

    def test_axis_without_direction(self):
        with pytest.raises(ValueError, match="length of direction"):
            revolved(cylinder_profile(1, 1), SKIN, direction=(0, 0, 0))


def same_bits(one, other):
    """Whether two meshes are the same to the last bit, names and coatings included."""
    arrays = ("vertices_m", "faces", "front_surface", "back_surface")
    return (
        all(np.array_equal(getattr(one, a), getattr(other, a)) for a in arrays)
        and one.surface_names == other.surface_names
        and one.optics == other.optics
    )


class TestPutTogetherLaw:
    """Parts made in one go are what their faces, made one by one, add up to."""

    @given(st.tuples(LENGTH, LENGTH, LENGTH), st.tuples(LENGTH, LENGTH, LENGTH), st.booleans())
    @settings(max_examples=20, deadline=None)
    def test_box_is_its_faces_welded(self, low, size, mounted):
        block = Block.between(np.array(low) - 25.0, np.array(low) - 25.0 + size)
        foot = block_at("+z", [*block.center_m[:2], block.high_m[2]], 0.3 * block.size_m)
        faces, on_top = {"-x": OTHER, "+y": None}, [foot] if mounted else []
        parts = []
        for side in SIDES:
            if side == "-z":
                continue
            axis = "xyz".index(side[1])
            ends = np.array([block.low_m, block.high_m])
            ends[:, axis] = ends[1 if side[0] == "+" else 0, axis]
            front = faces.get(side, SKIN)
            parts.append(rectangle(*ends, side, front, on_front=on_top if side == "+z" else ()))
        made = box(block, SKIN, faces=faces, without=["-z"], mounted={"+z": on_top})
        assert same_bits(made, welded(concatenate(parts)))

    def test_many_sheets_are_single_ones(self):
        lows = np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 1.0], [3.0, 5.0, 2.0]])
        highs = lows + np.array([2.0, 4.0, 0.0])
        fronts = [Surface(f"sheet_{k}.front", COATINGS["solar_cell"]) for k in range(3)]
        backs = [Surface(f"sheet_{k}.back", COATINGS["array_back"]) for k in range(3)]
        single = [rectangle(*sheet) for sheet in zip(lows, highs, ["-z"] * 3, fronts, backs, strict=True)]
        assert same_bits(rectangles(lows, highs, "-z", fronts, backs), concatenate(single))
