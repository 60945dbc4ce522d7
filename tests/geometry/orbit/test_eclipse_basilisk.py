"""The fraction of the solar disc against Basilisk (PyPI: bsk, the extra `peers`), where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from geometry.constants import SOLAR_RADIUS_M
from geometry.environment import EarthShape
from geometry.orbit.eclipse import sunlit_fraction

pytest.importorskip("Basilisk")

EARTH_M = 6_378_136.6  # Basilisk's equatorial radius of the Earth
SUN_M = 695_000_000.0  # and its radius of the Sun
AU_M = 149_597_870_700.0


def basilisk_fraction(position_m, sun_m):
    """Share of the disc in view by Basilisk's module `eclipse`, one spacecraft for each position."""
    from Basilisk.architecture import messaging
    from Basilisk.simulation import eclipse
    from Basilisk.utilities import SimulationBaseClass, macros

    simulation = SimulationBaseClass.SimBaseClass()
    simulation.CreateNewProcess("process").addTask(simulation.CreateNewTask("task", macros.sec2nano(1.0)))
    module, kept = eclipse.Eclipse(), []
    for name, place in (("sun", [sun_m, 0.0, 0.0]), ("earth", [0.0, 0.0, 0.0])):
        body = messaging.SpicePlanetStateMsgPayload()
        body.PlanetName, body.PositionVector, body.J20002Pfix = name, place, np.eye(3).tolist()
        kept.append(messaging.SpicePlanetStateMsg().write(body))
    module.sunInMsg.subscribeTo(kept[0])
    module.addPlanetToModel(kept[1])
    for place in position_m:
        craft = messaging.SCStatesMsgPayload()
        craft.r_BN_N = place.tolist()
        kept.append(messaging.SCStatesMsg().write(craft))
        module.addSpacecraftToModel(kept[-1])
    simulation.AddModelToTask("task", module)
    simulation.InitializeSimulation()
    simulation.ConfigureStopTime(0)
    simulation.ExecuteSimulation()
    return np.array([message.read().shadowFactor for message in module.eclipseOutMsgs])


class TestFractionReference:
    @pytest.mark.parametrize("altitude_m", [400e3, 560e3, 1400e3])
    def test_through_the_penumbra(self, altitude_m):
        a = 6_378_137.0 + altitude_m
        angle = np.pi - np.arcsin(EARTH_M / a) + np.linspace(-0.008, 0.008, 41)
        position = np.stack([a * np.cos(angle), a * np.sin(angle), 0.0 * angle], axis=-1)
        # The Sun of Basilisk is smaller by 0.1 %: at this distance it is as wide as ours.
        theirs = basilisk_fraction(position, AU_M * SUN_M / SOLAR_RADIUS_M)
        shape = EarthShape(EARTH_M, 0.0)
        ours = sunlit_fraction(
            position[:, None],
            np.array([[1.0, 0.0, 0.0]]),
            np.array([AU_M]),
            np.array([[0.0, 0.0, 1.0]]),
            shape,
        )[:, 0]
        assert ((ours > 0.0) & (ours < 1.0)).sum() > 10
        # Basilisk lays both discs flat by their angles; ours are circles on the sphere of the sky.
        np.testing.assert_allclose(ours, theirs, atol=3e-4)
        np.testing.assert_array_equal(ours == 1.0, theirs == 1.0)
        np.testing.assert_array_equal(ours == 0.0, theirs == 0.0)
