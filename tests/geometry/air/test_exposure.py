"""Which sides the air strikes, and what is stopped on its way: solids, boxes, plates in a lee."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.air.exposure import POINTS, REPLICATES, air_exposure, stopped_means
from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.orbit.free_molecular import GasSurface, free_molecular_force_n
from geometry.orbit.thermosphere import SPECIES, Air

SPEED = 7_600.0
DENSITY = 2e-13
PRESSURE = 0.5 * DENSITY * SPEED**2
COLD_WALL = GasSurface(1.0, 1.0)  # molecules all but stick: they take no momentum away
BLACK = COATINGS["black"]


def oxygen(temperature_k, times=1):
    densities = np.zeros((times, len(SPECIES)))
    densities[:, SPECIES.index("O")] = DENSITY
    return Air(np.full(times, temperature_k), densities)


def plate(name, corner, a, b):
    """A sheet whose back carries no surface; the front looks along a x b."""
    corner, a, b = (np.asarray(v, dtype=float) for v in (corner, a, b))
    corners = np.stack([corner, corner + a, corner + a + b, corner + b])
    faces = [[0, 1, 2], [0, 2, 3]]
    return SurfaceMesh(corners, faces, np.zeros(2, int), np.full(2, -1), (name,), (BLACK,))


def box(without=()):
    """A cube of 1 m about the origin, normals outward."""
    plates = []
    for axis in range(3):
        a, b = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
        low = np.full(3, -0.5)
        plates.append(plate("+" + "xyz"[axis], low + np.eye(3)[axis], a, b))
        plates.append(plate("-" + "xyz"[axis], low, b, a))
    return concatenate(p for p in plates if p.surface_names[0] not in without)


def drag_areas(mesh, direction, temperature_k, surface=COLD_WALL, seed=1):
    """CdA with nothing shaded, and what is stopped of it by replicate, m^2; wind along `direction`."""
    exposure, air = air_exposure(mesh), oxygen(temperature_k)
    wind = SPEED * np.array([direction], dtype=float)
    weights = np.asarray(direction, dtype=float) / PRESSURE
    free = float(exposure.force_n(wind, air, surface)[0] @ weights)
    rng = np.random.default_rng(seed)
    return free, stopped_means(exposure, wind, weights[None, None, :], air, surface, rng)[:, 0]


def standard_error(replicates):
    return replicates.std(ddof=1) / np.sqrt(REPLICATES)


class TestOpenSidesLaw:
    def test_a_solid_is_struck_outside_only_and_nothing_is_stopped(self):
        exposure = air_exposure(box())
        assert exposure.shaded is None
        assert sorted(map(tuple, exposure.normals.tolist())) == sorted(
            map(tuple, np.concatenate([np.eye(3), -np.eye(3)]).tolist())
        )
        np.testing.assert_allclose(exposure.areas_m2, 1.0, rtol=1e-15)

    def test_a_sheet_is_struck_on_both_sides_whatever_it_carries(self):
        mesh = plate("front", [0, 0, 0], [2, 0, 0], [0, 1, 0])
        exposure = air_exposure(mesh)
        assert exposure.shaded is None
        assert sorted(exposure.normals[:, 2].tolist()) == [-1.0, 1.0]
        np.testing.assert_allclose(exposure.areas_m2, 2.0, rtol=1e-15)

    def test_a_box_without_a_lid_is_struck_inside(self):
        exposure = air_exposure(box(without=["+x"]))
        assert exposure.shaded is not None
        assert exposure.shaded.areas_m2.sum() == pytest.approx(5.0)  # the inner sides

    def test_many_normals_are_merged_without_losing_area(self):
        """A sphere of 5,120 faces: merged within 2 deg, its force stays to 4e-4."""
        import trimesh

        sphere = trimesh.creation.icosphere(subdivisions=4)
        count = len(sphere.faces)
        mesh = SurfaceMesh(
            sphere.vertices, sphere.faces, np.zeros(count, int), np.full(count, -1), ("s",), (BLACK,)
        )
        exposure = air_exposure(mesh)
        assert exposure.shaded is None
        assert len(exposure.areas_m2) < count
        assert exposure.areas_m2.sum() == pytest.approx(mesh.areas_m2.sum(), rel=1e-12)
        wind, air = np.array([[-SPEED, 0.0, 0.0]]), oxygen(1_000.0)
        whole = free_molecular_force_n(mesh.normals, mesh.areas_m2, wind, air)
        np.testing.assert_allclose(exposure.force_n(wind, air)[0, 0], whole[0, 0], rtol=4e-4)


class TestStoppedAnalytic:
    def test_a_plate_in_the_lee_of_another_in_a_beam(self):
        """At a thousandth of a kelvin the air is a beam: two plates catch what their shadow does, 1.7 m^2."""
        mesh = concatenate(
            [
                plate("first", [1, 0, 0], [0, 1, 0], [0, 0, 1]),
                plate("second", [-1, 0.7, 0], [0, 1, 0], [0, 0, 1]),
            ]
        )
        free, stopped = drag_areas(mesh, [-1, 0, 0], 1e-3)
        # 2 + sqrt(pi) V_r / V of each: 0.75 % by the wall of 1 K
        per_area = 2.0 + np.sqrt(np.pi) * np.sqrt(2.0 * 8.314462618 / 15.999e-3) / SPEED
        assert free == pytest.approx(2.0 * per_area, rel=1e-6)
        assert abs(stopped.mean() - 0.3 * per_area) < 4.0 * standard_error(stopped) + 1e-6

    @pytest.mark.parametrize("temperature_k", [100.0, 1_000.0, 5_000.0])
    def test_what_enters_an_open_box_stays_in_it(self, temperature_k):
        """Thermal air: momentum that comes in through the missing lid lands on some wall."""
        free, stopped = drag_areas(box(without=["+x"]), [-1, 0, 0], temperature_k)
        air, wind = oxygen(temperature_k), np.array([[-SPEED, 0.0, 0.0]])
        outer = np.concatenate([np.eye(3), -np.eye(3)])  # the lid takes what enters
        expected = -free_molecular_force_n(outer, np.ones(6), wind, air, COLD_WALL)[0, 0] / PRESSURE
        # The wall's 1 K leaves re-emission of sqrt(pi) V_r / (2 V) = 0.4 % of the flux, inside and out.
        assert free - stopped.mean() == pytest.approx(expected, abs=4.0 * standard_error(stopped) + 0.006)
        assert stopped.mean() > 0.05  # or there would be nothing to test

    def test_nothing_is_stopped_beside_the_wind(self):
        """Two plates side by side, edge to edge: neither stands before the other."""
        mesh = concatenate(
            [plate("a", [0, 0, 0], [0, 1, 0], [0, 0, 1]), plate("b", [0, 2, 0], [0, 1, 0], [0, 0, 1])]
        )
        assert air_exposure(mesh).shaded is None


class TestStoppedLaw:
    LEE = concatenate(
        [
            plate("first", [0.5, 0, 0], [0, 1, 0], [0, 0, 1]),
            plate("second", [-0.5, 0.3, 0.1], [0, 1, 0], [0, 0, 1]),
            plate("third", [-0.5, -1, -0.2], [1.4, 0, 0.3], [0, 1, 0]),
        ]
    )

    def test_turning_craft_and_wind_together_changes_nothing(self):
        turn, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))
        turn *= np.sign(np.linalg.det(turn))
        direction = np.array([-0.9, 0.3, -0.316])
        direction /= np.linalg.norm(direction)
        free, stopped = drag_areas(self.LEE, direction, 1_000.0)
        free_turned, turned = drag_areas(self.LEE.transformed(turn), turn @ direction, 1_000.0, seed=2)
        assert free_turned == pytest.approx(free, rel=1e-12)
        error = np.hypot(standard_error(stopped), standard_error(turned))
        assert abs(stopped.mean() - turned.mean()) < 4.0 * error  # 4 sigma, seeded

    def test_the_standard_error_is_honest(self):
        """Means of 40 seeds scatter as their own standard errors say."""
        means, errors = [], []
        for seed in range(40):
            _, stopped = drag_areas(self.LEE, [-1.0, 0.0, 0.0], 1_000.0, seed=seed)
            means.append(stopped.mean())
            errors.append(standard_error(stopped))
        # the spread of 40 is known to 11 %, the rms of 40 errors of three degrees of freedom to 6 %
        assert np.std(means, ddof=1) == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.5)
        assert np.std(means) < 0.01 * np.mean(means)

    def test_the_same_seed_gives_the_same_bits(self):
        first, second = (drag_areas(self.LEE, [-1.0, 0.0, 0.0], 1_000.0)[1] for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert POINTS & (POINTS - 1) == 0  # Sobol points are even only in powers of two

    def test_states_are_averaged(self):
        """The mean over two winds is the mean of each."""
        exposure = air_exposure(self.LEE)
        winds = SPEED * np.array([[-1.0, 0.0, 0.0], [-0.8, 0.0, -0.6]])
        weights = (winds / SPEED / PRESSURE)[:, None, :]
        both = stopped_means(exposure, winds, weights, oxygen(1e3, 2), COLD_WALL, np.random.default_rng(5))
        alone = [
            stopped_means(
                exposure, winds[[k]], weights[[k]], oxygen(1e3), COLD_WALL, np.random.default_rng(6 + k)
            )
            for k in range(2)
        ]
        error = np.hypot(
            standard_error(both[:, 0]), 0.5 * np.hypot(*(standard_error(a[:, 0]) for a in alone))
        )
        assert abs(both.mean() - np.mean(alone)) < 4.0 * error
