"""Result: the plate's view of the Earth agrees with orbital-thermal, the eclipse with Basilisk.
Result: Basilisk's albedo is 0.6 % less than ours over the equator and 1.6 % more over the poles.
Result: pyviewfactor decides obstruction by one ray per pair of cells and errs where a shadow crosses them.

Each part runs where its peer is installed (extra `peers`); it prints both sides and the difference.
Where and why they differ stands in docs/accuracy.md.

    python scripts/studies/peers.py
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from geometry.environment import EarthShape, Environment
from geometry.mesh.optics import COATINGS
from geometry.mesh.surface_mesh import SurfaceMesh, concatenate
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.states import OrbitStates
from geometry.radiation import exchange_factors
from geometry.radiation.earth import earth_scene
from geometry.radiation.plate_to_earth import unshaded_plates
from geometry.validation import FloatArray

SPHERE = EarthShape(6_371_000.0, 0.0)
AUTHALIC = EarthShape(6_371_007.2, 0.0)
ALBEDO = 0.3
AU_M = 149_597_870_700.0
BLACK = COATINGS["black"]


def square(name: str, side: float, height: float, up: bool, *, two_sided: bool = False) -> SurfaceMesh:
    """A square about the z axis that faces up or down."""
    h = side / 2
    corners = np.array([[-h, -h, height], [h, -h, height], [h, h, height], [-h, h, height]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    names = (name, f"{name}.back") if two_sided else (name,)
    back = np.full(2, 1 if two_sided else -1)
    return SurfaceMesh(corners, faces if up else faces[:, ::-1], 0 * back, back, names, (BLACK,) * len(names))


def moment_at(position_m: FloatArray, sun: FloatArray) -> OrbitStates:
    """One moment of a satellite at a place (3,), body axes along the inertial ones, 1 au from a Sun (3,)."""
    return OrbitStates(
        np.array(["2027-03-20T12:00:00"], "datetime64[us]"), position_m[None, None],
        np.array([[[0, 7.6e3, 0]]]), sun[None], np.array([AU_M]),
        np.array([[1.0]]), np.eye(3)[None, None], np.array([[0.0, 0.0, 1.0]]),
    )  # fmt: skip


def against_orbital_thermal() -> None:
    """View factor of a plate to a spherical Earth at every tilt, two formulas."""
    from orbital_thermal.environment import sphere_view_factor

    tilts = np.arange(0.0, 181.0, 2.5)
    theirs = np.array([sphere_view_factor(560.0, t) for t in tilts])
    moment = moment_at(np.array([6_931_000.0, 0, 0]), np.array([0.0, 0.0, 1.0]))
    normals = np.stack([-np.cos(np.radians(tilts)), np.sin(np.radians(tilts)), 0 * tilts], axis=1)
    scene = earth_scene(moment, Environment(earth_shape=SPHERE))
    ours = unshaded_plates(normals, scene)[0, 0]
    print(
        f"orbital-thermal, plate to sphere at {len(tilts)} tilts: "
        f"largest difference {np.abs(ours - theirs).max():.1e}"
    )


def against_basilisk() -> None:
    """Share of the solar disc through the penumbra, on Basilisk's sphere and on the ellipsoid."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the tests hold the other side
    from tests.geometry.orbit.test_eclipse_basilisk import EARTH_M, SUN_M, basilisk_fraction

    a = EARTH_M + 560e3
    angle = np.pi - np.arcsin(EARTH_M / a) + np.linspace(-0.006, 0.006, 121)
    position = np.stack([a * np.cos(angle), 0 * angle, a * np.sin(angle)], axis=-1)
    theirs = basilisk_fraction(position, AU_M * SUN_M / 695_700_000.0)

    def ours(shape: EarthShape) -> FloatArray:
        pole, sun = np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]])
        return sunlit_fraction(position[:, None], sun, np.array([AU_M]), pole, shape)[:, 0]

    sphere, ellipsoid = ours(EarthShape(EARTH_M, 0.0)), ours(EarthShape())
    print(
        f"Basilisk, penumbra over the pole at 560 km: on its sphere {np.abs(sphere - theirs).max():.1e}, "
        f"on the ellipsoid {np.abs(ellipsoid - theirs).max():.2f}"
    )
    against_basilisk_albedo()


def basilisk_albedo(position_m: FloatArray, sun: FloatArray, normals: FloatArray) -> FloatArray:
    """Albedo share of sunlight on plates (U,), by Basilisk's module `albedo` with cells of a degree."""
    from Basilisk.architecture import messaging
    from Basilisk.simulation import albedo
    from Basilisk.utilities import SimulationBaseClass, macros

    simulation = SimulationBaseClass.SimBaseClass()
    simulation.CreateNewProcess("process").addTask(simulation.CreateNewTask("task", macros.sec2nano(1.0)))
    messages = []
    for name, place in (("sun", AU_M * sun), ("earth", np.zeros(3))):
        body = messaging.SpicePlanetStateMsgPayload()
        body.PlanetName, body.PositionVector, body.J20002Pfix = name, place.tolist(), np.eye(3).tolist()
        messages.append(messaging.SpicePlanetStateMsg().write(body))
    craft = messaging.SCStatesMsgPayload()
    craft.r_BN_N = position_m.tolist()
    state = messaging.SCStatesMsg().write(craft)
    plates = albedo.Albedo()
    plates.spacecraftStateInMsg.subscribeTo(state)
    plates.sunPositionInMsg.subscribeTo(messages[0])
    plates.addPlanetandAlbedoAverageModel(messages[1], ALBEDO, 180, 360)
    for normal in normals:
        instrument = albedo.instConfig_t()
        instrument.fov, instrument.nHat_B, instrument.r_IB_B = np.pi / 2, normal.tolist(), [0.0, 0.0, 0.0]
        plates.addInstrumentConfig(instrument)
    simulation.AddModelToTask("task", plates)
    simulation.InitializeSimulation()
    simulation.ConfigureStopTime(0)
    simulation.ExecuteSimulation()
    return np.array([message.read().albedoAtInstrument for message in plates.albOutMsgs])


def against_basilisk_albedo() -> None:
    """Albedo on plates at 560 km: down, along and across, by latitude and up to the terminator."""
    for latitude in (0.0, 45.0, 90.0):
        c, s = np.cos(np.radians(latitude)), np.sin(np.radians(latitude))
        up, north, east = np.array([c, 0, s]), np.array([-s, 0, c]), np.array([0.0, 1, 0])
        normals = np.stack([-up, north, -north, east, -east])
        found = []
        for angle in np.radians([0.0, 30.0, 60.0, 80.0, 95.0]):
            sun = np.cos(angle) * up + np.sin(angle) * east
            position = (6_378_136.6 + 560e3) * up
            theirs = basilisk_albedo(position, sun, normals)
            shares = []
            for shape in (EarthShape(), AUTHALIC):
                environment = Environment(earth_shape=shape, earth_albedo=ALBEDO, solar_distance="1au")
                scene = earth_scene(moment_at(position, sun), environment)
                shares.append(unshaded_plates(normals, scene)[1, 0] / scene.solar_flux_w_m2[0])
            found.append([theirs, *shares])
        theirs, ellipsoid, sphere = np.array(found).transpose(1, 0, 2)
        print(
            f"Basilisk, albedo on plates at latitude {latitude:.0f}: facing down under the Sun "
            f"{theirs[0, 0] / ellipsoid[0, 0] - 1:+.2%} of ours on the ellipsoid, all plates and Suns at "
            f"most {np.abs(theirs - ellipsoid).max():.1e} of sunlight; on its own sphere "
            f"{theirs[0, 0] / sphere[0, 0] - 1:+.2%} and {np.abs(theirs - sphere).max():.1e}"
        )


def blocked_factor() -> float:
    """Factor between the squares of `against_pyviewfactor` by 2^21 scrambled Sobol pairs of points."""
    points = qmc.Sobol(4, seed=1).random_base2(21) - 0.5
    low, high = points[:, :2], points[:, 2:]
    apart = high - low
    crossing = low + 0.4 * apart
    free = (np.abs(crossing) > 0.25).any(axis=1)
    return float((free / (np.pi * ((apart**2).sum(axis=1) + 1.0) ** 2)).mean())


def against_pyviewfactor() -> None:
    """Facing unit squares with a smaller one between them that hides part, by cells."""
    import pyvista
    from pyviewfactor import compute_viewfactor_matrix

    def plane(height: float, up: int, side: float, cells: int) -> pyvista.PolyData:
        return pyvista.Plane(
            center=(0, 0, height), direction=(0, 0, up), i_size=side, j_size=side, i_resolution=cells,
            j_resolution=cells,
        )  # fmt: skip

    mesh = concatenate(
        [
            square("low", 1, 0, True),
            square("high", 1, 1, False),
            square("mid", 0.5, 0.4, True, two_sided=True),
        ]
    )
    began = time.perf_counter()
    exchange = exchange_factors(mesh, tolerance=5e-5)
    ours_s = time.perf_counter() - began
    ours, error = exchange.factors[0, 1], exchange.standard_errors[0, 1]
    truth = blocked_factor()
    print(f"ours: {ours:.5f} +- {error:.1e} in {ours_s:.1f} s; point pairs in double precision: {truth:.5f}")
    blocker = plane(0.4, 1, 0.5, 1).triangulate()
    for cells in (3, 4, 6, 8, 12):
        both = plane(0.0, 1, 1.0, cells).append_polydata(plane(1.0, -1, 1.0, cells))
        began = time.perf_counter()
        matrix = compute_viewfactor_matrix(both, obstacles=[blocker])
        took = time.perf_counter() - began
        n = cells * cells
        value = matrix[n:, :n].sum() / n  # F[i, j] is from j to i, cells of one size
        print(
            f"pyviewfactor, {cells} x {cells} cells: {value:.5f} in {took:.1f} s, "
            f"{abs(value - truth) / truth:.1%} wrong"
        )


PEERS = {
    "orbital_thermal": against_orbital_thermal,
    "Basilisk": against_basilisk,
    "pyviewfactor": against_pyviewfactor,
}


def main() -> None:
    for name, compare in PEERS.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed; pip install 'dawnring[peers]'")
        else:
            compare()


if __name__ == "__main__":
    main()
