"""The torque that the Earth's pull exerts because it is stronger below than above."""

from __future__ import annotations

import numpy as np

from geometry.constants import EARTH_MU_M3_S2
from geometry.frames import rotated
from geometry.validation import FloatArray, check_finite, check_shape


def gravity_gradient_torque_n_m(position_body_m: FloatArray, inertia_kg_m2: FloatArray) -> FloatArray:
    """Torque of a point-mass Earth about the centre of mass.

    Parameters
    ----------
    position_body_m : array (..., 3)
        From the geocentre to the craft, in body axes, m.
    inertia_kg_m2 : array (3, 3)
        About the centre of mass, body axes, kg m^2.

    Returns
    -------
    array (..., 3)
        Body axes, N m: 3 mu / r^3 (R x I R), R = r / |r| [Wertz1978].

    Notes
    -----
    First order in the size of the craft over r; the oblateness of the Earth changes it by J2, 1e-3.
    """
    inertia = check_shape(check_finite(inertia_kg_m2, name="inertia_kg_m2"), (3, 3), name="inertia_kg_m2")
    radius = np.linalg.norm(position_body_m, axis=-1, keepdims=True)
    up = position_body_m / radius
    return np.asarray(3.0 * EARTH_MU_M3_S2 / radius**3 * np.cross(up, rotated(inertia, up)))
