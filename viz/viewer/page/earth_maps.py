"""Maps of the Earth, made small enough for a page."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from viz.assets import asset
from viz.maps import WATER_REACH
from viz.viewer.page.packing import data_address

MAPS = {
    # name: asset, width, quality
    "land": ("land_color.jpg", 2048, 80),
    "clouds": ("clouds.jpg", 4096, 58),
    "lights": ("night_lights.jpg", 4096, 62),
    "water": ("water.png", 2048, 84),
}
COARSE_WIDTH, COARSE_QUALITY = 1024, 60  # of all, for the first frame


@cache
def earth_maps() -> dict[str, Any]:
    """`data:` addresses of the maps, by name: land (colour), clouds, lights and distance to shore (grey).

    `coarse` holds the same ones small, for the first frame; `water_reach` is how many texels of the assets'
    width the half range of `water` spans.
    """
    fine = {name: data_address(*_encoded(*how)) for name, how in MAPS.items()}
    coarse = {
        name: data_address(*_encoded(file, COARSE_WIDTH, COARSE_QUALITY))
        for name, (file, _, _) in MAPS.items()
    }
    return {"fine": fine, "coarse": coarse, "water_reach": WATER_REACH}


def _encoded(name: str, width: int, quality: int) -> tuple[bytes, str]:
    """One map as JPEG."""
    with Image.open(asset(name)) as opened:
        opened.load()
    picture: Image.Image = opened
    if picture.width != width:
        picture = picture.resize((width, width // 2), Image.Resampling.BOX)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=False)
    return out.getvalue(), "image/jpeg"


@cache
def color_ramps(names: tuple[str, ...] = ("viridis", "inferno"), length: int = 64) -> dict[str, list[int]]:
    """Colour maps as flat lists of bytes, low to high."""
    import matplotlib

    ramps = {}
    for name in names:
        colors = matplotlib.colormaps[name](np.linspace(0.0, 1.0, length))[:, :3]
        ramps[name] = np.round(255.0 * colors).astype(int).ravel().tolist()
    return ramps
