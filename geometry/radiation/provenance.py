"""Where a result comes from."""

from __future__ import annotations

from dataclasses import dataclass

from geometry.environment import Environment


@dataclass(frozen=True)
class Provenance:
    """What made a result, enough to make it again.

    Parameters
    ----------
    version : str
        Of the package.
    seed : int
    rays : int
        Segments traced in all.
    replicates : int
        Independent scrambles behind each standard error.
    tolerance : float
        Asked for; 0 where the number of rays was given instead.
    max_rays : int
    environment : Environment or None
        Its constants; None where nothing but the craft is asked about.
    wall_s : float
    clipped_directions : int
        Looks along one direction for which shadows were clipped anew to fill tables of the sky.
    """

    version: str
    seed: int
    rays: int
    replicates: int
    tolerance: float
    max_rays: int
    environment: Environment | None
    wall_s: float
    clipped_directions: int = 0
