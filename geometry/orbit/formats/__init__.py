"""Writing the ring in the formats of other tools: elements, ephemerides, scenes and tables."""

from geometry.orbit.formats.write import (
    RING_FORMATS,
    RING_SUFFIXES,
    RingFile,
    write_ring,
)

__all__ = ["RING_FORMATS", "RING_SUFFIXES", "RingFile", "write_ring"]
