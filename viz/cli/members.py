"""One member of a design's ring: its own craft, in a ring that it fits into."""

from __future__ import annotations

from geometry.craft import Craft, build_craft
from geometry.craft.parameters import Detail
from geometry.design import Design
from geometry.orbit import RingSpacing, check_ring_clear


def member_craft(design: Design, satellite: int = 0, detail: Detail = "light") -> Craft:
    """The craft of one satellite; on either side of the Sun its shield looks to nadir.

    Raises
    ------
    ValueError
        As `spaced_craft`.
    """
    return spaced_craft(design, satellite, detail)[0]


def spaced_craft(design: Design, satellite: int = 0, detail: Detail = "light") -> tuple[Craft, RingSpacing]:
    """Craft of one satellite and the spacing of its ring.

    Raises
    ------
    ValueError
        Members of the ring overlap, no such member, or a craft that cannot be built.
    """
    craft = build_craft(design.of_member(satellite), detail)
    return craft, check_ring_clear(design, craft.bounding_radius_m)
