"""The air of `viz.atmosphere` as small textures, and the noise that stands for what the maps do not hold."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.interpolate import RegularGridInterpolator

from viz.atmosphere import AEROSOL_ASYMMETRY, LIMB_POWER, RADIUS_KM, SUN_KNEE, SUN_LOW, TOP_KM, air
from viz.maps import maps
from viz.viewer.page.packing import data_address, packed

VIEWS, SUNS, AZIMUTHS = 24, 40, 5  # of the scattering tables in the page
NOISE_DEVIATIONS = 4.0  # over the half range of its bytes


def air_tables() -> dict[str, Any]:
    """Scattering tables on a coarser grid and the one-dimensional tables, as half floats."""
    tables = air()
    return {
        "size": [VIEWS, SUNS, AZIMUTHS],
        "ground": [_half(t) for t in _scattering(tables.ground_scattering)],
        "limb": [_half(t) for t in _scattering(tables.limb_scattering)],
        "views": _half(_with_alpha(np.stack([tables.ground_view, tables.limb_view]))),
        "views_size": [len(tables.ground_view), 2],
        "lights": _half(
            _with_alpha(np.stack([tables.sun_on_ground, tables.sun_on_cloud, tables.sky_on_ground]))
        ),
        "lights_size": [len(tables.sun_on_ground), 3],
        "radius_km": RADIUS_KM,
        "top_km": TOP_KM,
        "limb_power": LIMB_POWER,
        "sun_knee": SUN_KNEE,
        "sun_low": SUN_LOW,
        "asymmetry": AEROSOL_ASYMMETRY,
    }


def _scattering(table: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Rayleigh, aerosol and the rest, each (AZIMUTHS, SUNS, VIEWS, 4): a texture's x is last."""
    axes = [np.linspace(0.0, 1.0, n) for n in table.shape[:3]]
    places = np.meshgrid(*(np.linspace(0.0, 1.0, n) for n in (VIEWS, SUNS, AZIMUTHS)), indexing="ij")
    coarse = RegularGridInterpolator(axes, table)(np.stack(places, axis=-1))
    return [_with_alpha(np.transpose(coarse[..., 3 * k : 3 * k + 3], (2, 1, 0, 3))) for k in range(3)]


def _with_alpha(color: NDArray[Any]) -> NDArray[np.float64]:
    """(..., 3) -> (..., 4): textures of three halves are slow or unknown."""
    return np.concatenate([color, np.ones((*color.shape[:-1], 1))], axis=-1)


def _half(values: NDArray[Any]) -> dict[str, Any]:
    """Half floats, as the integers that hold their bits."""
    return packed(np.ascontiguousarray(values, np.float16).view(np.uint16), "u2")


def noise_map() -> str:
    """`data:` address of the noise tile as bytes about 128."""
    tile = np.clip(128.0 + 127.0 / NOISE_DEVIATIONS * maps().tile, 0.0, 255.0)
    out = io.BytesIO()
    Image.fromarray(np.round(tile).astype(np.uint8)).save(out, "JPEG", quality=80)
    return data_address(out.getvalue(), "image/jpeg")
