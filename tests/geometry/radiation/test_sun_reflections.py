"""Sunlight by way of other surfaces."""

import numpy as np
import pytest

from geometry.environment import Environment
from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.mesh.surface_mesh import concatenate
from geometry.radiation.heat_loads import heat_loads
from geometry.radiation.ray_caster import EmbreeRayCaster

BLACK = COATINGS["black"]
SUN_ONLY = Environment(earth_infrared_w_m2=0.0, earth_albedo=0.0, solar_distance="1au")
FLUX = 1361.0
SOLAR = 0


def sunlight(mesh, states, toward, tolerance=2e-3):
    """Loads at one moment with the Sun along `toward` in body axes."""
    toward = np.asarray(toward, dtype=float) / np.linalg.norm(toward)
    there = states(1, beta_deg=90.0)  # Sun along +z of the inertial axes
    axis = np.cross([0.0, 0.0, 1.0], toward)
    cosine, k = toward[2], np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = np.eye(3) + k + k @ k / (1 + cosine)
    turned = states(1, beta_deg=90.0, rotation=turn)
    assert there.sunlit_fraction[0, 0] == 1.0
    return heat_loads(mesh, turned, SUN_ONLY, tolerance=tolerance, jobs=2)


def absorbed(loads, mesh, name):
    i = mesh.surface_index(name)
    return loads.absorbed_w[SOLAR, 0, i], loads.standard_error_w[SOLAR, 0, i]


class TestReflectedSunAnalytic:
    def test_a_lit_white_floor_warms_a_black_wall_by_their_view_factor(self, plate, states):
        # unit squares with a common edge: 0.200044 [Howell] C-14; the wall stands edge-on to the Sun
        floor = plate("floor", [0, 0, 0], [1, 0, 0], [0, 1, 0], OpticalProperties(0.4, 0.9))
        wall = plate("wall", [0, 0, 0], [0, 1, 0], [0, 0, 1], BLACK, BLACK)
        mesh = concatenate([floor, wall])
        loads = sunlight(mesh, states, [0, 0, 1])
        value, error = absorbed(loads, mesh, "wall")
        assert value == pytest.approx(FLUX * 0.6 * 0.200044, abs=4 * error)
        assert 0 < error < 2e-3 * value
        assert loads.incident_w_m2[SOLAR, 0, mesh.surface_index("wall")] == 0.0
        # a wall a metre high that stands edge-on hides part of the disc from a strip at its foot:
        # 2/(3 pi) of the disc's radius of 4.65e-3 rad
        value, error = absorbed(loads, mesh, "floor")
        assert value == pytest.approx(FLUX * 0.4 * (1 - 4.65e-3 * 2 / (3 * np.pi)), abs=4 * error + 0.01)
        assert absorbed(loads, mesh, "wall.back") == (0.0, 0.0)

    def test_a_bright_step_lights_the_wide_wall_on_which_it_stands(self, plate, states):
        # of what it scatters half goes to an endless wall, 0.2 % less to one that ends 20 m above; of the
        # wall's 4,096 rays not one in ten thousand would meet the step, of the step's every other the wall
        step = plate("step", [0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], OpticalProperties(0.4, 0.9))
        wall = plate("wall", [0, -20, -20], [0, 40, 0], [0, 0, 40], BLACK, BLACK)
        mesh = concatenate([step, wall])
        value, error = absorbed(sunlight(mesh, states, [0, 0, 1]), mesh, "wall")
        expected = FLUX * 0.6 * 0.01 * 0.5
        assert value == pytest.approx(expected, abs=4 * error + 0.003 * expected)
        assert 0 < error < 0.03 * expected  # 4,096 random rays: 1.6 %

    def test_a_mirror_throws_its_whole_beam_on_a_target(self, plate, states):
        # a mirror at 45 deg under the Sun sends a square metre of beam along +x
        mirror = plate("mirror", [0, 0, 0], [1, 0, -1], [0, 1, 0], OpticalProperties(0.1, 0.1, 1.0, 1.0))
        target = plate("target", [5, -1, -2], [0, 0, 3], [0, 3, 0], BLACK)
        mesh = concatenate([mirror, target])
        loads = sunlight(mesh, states, [0, 0, 1])
        value, error = absorbed(loads, mesh, "target")
        assert value == pytest.approx(FLUX * 0.9, rel=1e-6, abs=4 * error)

    def test_a_periscope_of_two_mirrors(self, plate, states):
        glass = OpticalProperties(0.2, 0.2, 1.0, 1.0)
        first = plate("first", [0, 0, 0], [1, 0, -1], [0, 1, 0], glass)
        second = plate("second", [4, -0.5, -1.5], [2, 0, 2], [0, 2, 0], glass)
        target = plate("target", [3, -1, 3], [0, 3, 0], [4, 0, 0], BLACK, BLACK)
        # the first sends the light along +x, the second up to the target, which shades the second alone
        mesh = concatenate([first, second, target])
        loads = sunlight(mesh, states, [0, 0, 1])
        value, error = absorbed(loads, mesh, "target")
        assert value == pytest.approx(FLUX * 0.8**2, rel=1e-5, abs=4 * error)

    def test_half_mirrors_and_scatterers_in_a_lit_box_agree_with_forward_tracing(self, plate, states):
        coating = OpticalProperties(0.3, 0.3, 0.5, 0.5)
        mesh = concatenate(
            [
                plate("floor", [0, 0, 0], [1, 0, 0], [0, 1, 0], coating),
                plate("west", [0, 0, 0], [0, 1, 0], [0, 0, 1], coating),
                plate("east", [1, 0, 0], [0, 0, 1], [0, 1, 0], coating),
                plate("south", [0, 0, 0], [0, 0, 1], [1, 0, 0], coating),
                plate("north", [0, 1, 0], [1, 0, 0], [0, 0, 1], coating),
            ]
        )
        toward = np.array([0.4, 0.1, 1.0])
        loads = sunlight(mesh, states, toward, tolerance=5e-3)
        expected, spread = forward(mesh, toward / np.linalg.norm(toward), 0.3, 0.5, 400_000)
        scatter = np.hypot(spread, loads.standard_error_w[SOLAR, 0])
        # five surfaces, 4 sigma of both estimates together; 5e-3 of the finite disc's blur at the rim
        np.testing.assert_array_less(np.abs(loads.absorbed_w[SOLAR, 0] - expected), 4 * scatter)


def forward(mesh, sun, absorptance, specularity, count):
    """Absorbed W by surface with rays from the Sun, plain and independent, and its standard error."""
    rng = np.random.default_rng(17)
    caster = EmbreeRayCaster(mesh)
    normals = mesh.normals
    batches = []
    for _ in range(10):
        n = count // 10
        x, y = rng.random((2, n)) * 3.0 - 1.5
        start = np.stack([x, y, np.full(n, 2.0)], axis=1)  # a 3 x 3 m window over the box
        direction = np.tile(-sun, (n, 1))
        weight = np.full(n, FLUX * 9.0 * sun[2] / n)
        got = np.zeros(len(mesh.surface_names))
        for _ in range(60):
            face, distance = caster.first_hit(start.astype(np.float32), direction.astype(np.float32))
            hit = face >= 0
            start, direction, weight, face = start[hit], direction[hit], weight[hit], face[hit]
            start = start + distance[hit, None].astype(float) * direction
            normal = normals[face]
            toward = np.einsum("ik,ik->i", direction, normal)
            inside = toward < 0
            start, direction, weight = start[inside], direction[inside], weight[inside]
            normal, toward, face = normal[inside], toward[inside], face[inside]
            np.add.at(got, mesh.front_surface[face], weight * absorptance)
            weight = weight * (1 - absorptance)
            mirror = rng.random(len(weight)) < specularity
            z, angle = np.sqrt(rng.random(len(weight))), 2 * np.pi * rng.random(len(weight))
            first = np.cross(normal, np.where(np.abs(normal[:, :1]) < 0.5, [[1.0, 0, 0]], [[0, 1.0, 0]]))
            first /= np.linalg.norm(first, axis=1)[:, None]
            second = np.cross(normal, first)
            radius = np.sqrt(1 - z * z)
            diffuse = (
                (radius * np.cos(angle))[:, None] * first
                + (radius * np.sin(angle))[:, None] * second
                + z[:, None] * normal
            )
            direction = np.where(mirror[:, None], direction - 2 * toward[:, None] * normal, diffuse)
            start = start + 1e-5 * normal
            if not len(weight):
                break
        batches.append(got)
    batches = np.array(batches)
    return batches.mean(axis=0), batches.std(axis=0, ddof=1) / np.sqrt(10)
