"""Mean elements as catalogues publish them: SGP4's, with Kozai's mean motion, in TEME of date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sgp4.api import Satrec

from geometry.ephemeris import TimeArray, check_times_utc
from geometry.orbit.element_files import LARGEST_NUMBER
from geometry.orbit.flight import ElementsFlight, Flight, KeplerianFlight, MeanFlight
from geometry.orbit.formats.rows import plain_name, plain_text
from geometry.orbit.mean_elements import kozai_mean_motion_rad_s
from geometry.orbit.sgp4_flight import equivalent_bstar
from geometry.validation import FloatArray, IntArray

_FREE_BLOCK = (70_000, 30_000)  # first and length: five plain digits that catalogued objects skip
_DAY_S = 86_400.0
_UNIX_EPOCH_JD = 2_440_587.5


@dataclass(frozen=True, eq=False)
class PublishedElements:
    """N satellites for a catalogue; arrays (N,), angles in rad, rates as SGP4 has them.

    Parameters
    ----------
    names : list of str
    object_ids : list of str
        International designators as OMM writes them (`1998-067A`), empty where there is none.
    numbers : int array
        Catalogue numbers.
    epoch_utc : datetime64[us] array
    mean_motion_rev_day : array
        Kozai's.
    eccentricity, inclination_rad, raan_teme_rad, argument_of_perigee_rad, mean_anomaly_rad : array
    bstar_per_earth_radius : array
    mean_motion_dot_rev_day2, mean_motion_ddot_rev_day3 : array
        Half and a sixth of the derivatives, as TLE and OMM have them.
    records : tuple of Satrec
        Those of a file that was imported; empty for a ring that was computed.
    """

    names: list[str]
    object_ids: list[str]
    numbers: IntArray
    epoch_utc: TimeArray
    mean_motion_rev_day: FloatArray
    eccentricity: FloatArray
    inclination_rad: FloatArray
    raan_teme_rad: FloatArray
    argument_of_perigee_rad: FloatArray
    mean_anomaly_rad: FloatArray
    bstar_per_earth_radius: FloatArray
    mean_motion_dot_rev_day2: FloatArray
    mean_motion_ddot_rev_day3: FloatArray
    records: tuple[Satrec, ...] = ()

    @property
    def satellites(self) -> int:
        """N."""
        return self.numbers.size

    @property
    def is_without_drag(self) -> bool:
        """Whether every BSTAR is zero."""
        return not self.bstar_per_earth_radius.any()


def catalogue_numbers(count: int, first: int | None = None) -> IntArray:
    """Numbers for satellites that no catalogue knows yet.

    Parameters
    ----------
    count : int
        Satellites.
    first : int, optional
        First number; the others follow.  Default: 70000 where 30,000 are enough (five plain digits, which
        catalogued objects have skipped so far), else the last whole ten thousands up to 339,999, and from 1
        where the ring is larger than all of Alpha-5.

    Raises
    ------
    ValueError
        A first number outside 1 to 999,999,999.
    """
    if first is None:
        if count <= _FREE_BLOCK[1]:
            first = _FREE_BLOCK[0]
        else:
            first = max(1, (LARGEST_NUMBER + 1 - count) // 10_000 * 10_000)
    if not (first >= 1 and first + count - 1 <= 999_999_999 and int(first) == first):
        raise ValueError(
            f"first_number must be a whole number from 1 on, with the last of {count:,} satellites below "
            f"1,000,000,000, got {first}"
        )
    return int(first) + np.arange(count)


def published_elements(
    flight: Flight,
    satellites: IntArray,
    *,
    at_utc: np.datetime64 | None = None,
    name: str = "dawnring",
    first_number: int | None = None,
    epoch_step_us: int = 1,
) -> PublishedElements:
    """Elements of some satellites of a design, ready to be written.

    Parameters
    ----------
    flight : Flight
    satellites : int array (N,)
    at_utc : datetime64, optional
        Epoch of the elements; default that of the design.  Imported elements keep their own.
    name : str
        What the satellites are called, before their number.
    first_number : int, optional
        As in `catalogue_numbers`; satellite k of the ring gets first_number + k.
    epoch_step_us : int
        The epoch is moved to a multiple of this since midnight, and the elements with it.

    Raises
    ------
    ValueError
        Two-body orbits, which have no mean elements of SGP4's kind; another epoch for imported elements.
    """
    if isinstance(flight, ElementsFlight):
        if at_utc is not None or first_number is not None:
            raise ValueError(
                "imported elements keep their own epochs and catalogue numbers; leave out the moment and the "
                "first number, or export oem, czml or parquet, which propagate them"
            )
        return _imported(flight, satellites)
    if isinstance(flight, KeplerianFlight):
        raise ValueError(
            "orbit.type = 'keplerian' cannot be written as omm, tle or stellarium: those hold mean elements "
            "for SGP4, which adds J2 to J4, and a two-body orbit has none that SGP4 would fly alike; "
            "export oem, czml or parquet, or use orbit.type = 'sun_synchronous'"
        )
    if not isinstance(flight, MeanFlight):
        raise TypeError(f"no mean elements for a flight of type {type(flight).__name__}")
    return _computed(flight, satellites, at_utc, name, first_number, epoch_step_us)


def _computed(
    flight: MeanFlight,
    satellites: IntArray,
    at_utc: np.datetime64 | None,
    name: str,
    first_number: int | None,
    epoch_step_us: int,
) -> PublishedElements:
    """Mean elements moved to the epoch by their secular rates, as SGP4 moves them."""
    wanted = check_times_utc(flight.elements.epoch_utc if at_utc is None else at_utc, name="at")
    midnight = wanted.astype("datetime64[D]").astype("datetime64[us]")
    steps = np.rint((wanted - midnight).astype(np.int64) / epoch_step_us).astype(np.int64)
    epoch = midnight + (steps * epoch_step_us).astype("timedelta64[us]")
    elements = flight.elements.at_epoch(epoch[0])
    plane = elements.plane[satellites]
    motion = kozai_mean_motion_rad_s(elements.semi_major_axis_m, elements.inclination_rad)
    motion_rev_day = motion * _DAY_S / (2.0 * np.pi)
    decay = np.zeros(elements.planes) if elements.drag is None else elements.drag.decay_m_s
    dot_rev_day2 = 0.75 * motion_rev_day * decay * _DAY_S / elements.semi_major_axis_m
    nothing = np.zeros(satellites.size)
    numbers = catalogue_numbers(elements.satellites, first_number)[satellites]
    called = plain_name(name)
    return PublishedElements(
        names=[f"{called} {k}" for k in satellites.tolist()],
        object_ids=[""] * satellites.size,
        numbers=numbers,
        epoch_utc=np.repeat(epoch, satellites.size),
        mean_motion_rev_day=motion_rev_day[plane],
        eccentricity=nothing,
        inclination_rad=elements.inclination_rad[plane],
        raan_teme_rad=elements.raan_teme_rad[plane],
        argument_of_perigee_rad=nothing,
        mean_anomaly_rad=elements.argument_of_latitude_rad[satellites],
        bstar_per_earth_radius=equivalent_bstar(elements)[plane],
        mean_motion_dot_rev_day2=dot_rev_day2[plane],
        mean_motion_ddot_rev_day3=nothing,
    )


def _imported(flight: ElementsFlight, satellites: IntArray) -> PublishedElements:
    """What the records of a file hold."""
    records = tuple(flight.elements.records[k] for k in satellites)
    revolutions = 1440.0 / (2.0 * np.pi)  # rad/min to rev/day

    def all_of(field: str) -> FloatArray:
        return np.array([getattr(r, field) for r in records], dtype=float)

    days = all_of("jdsatepoch") - _UNIX_EPOCH_JD
    microseconds = np.rint(days * _DAY_S * 1e6) + np.rint(all_of("jdsatepochF") * _DAY_S * 1e6)
    return PublishedElements(
        names=[plain_text(flight.elements.names[k].rsplit(" (", 1)[0]) for k in satellites],
        object_ids=[plain_text(_object_id(r.intldesg)) if r.intldesg else "" for r in records],
        numbers=np.array([flight.elements.numbers[k] for k in satellites], dtype=np.int64),
        epoch_utc=microseconds.astype(np.int64).astype("datetime64[us]"),
        mean_motion_rev_day=all_of("no_kozai") * revolutions,
        eccentricity=all_of("ecco"),
        inclination_rad=all_of("inclo"),
        raan_teme_rad=all_of("nodeo"),
        argument_of_perigee_rad=all_of("argpo"),
        mean_anomaly_rad=all_of("mo"),
        bstar_per_earth_radius=all_of("bstar"),
        mean_motion_dot_rev_day2=all_of("ndot") * revolutions * 1440.0,
        mean_motion_ddot_rev_day3=all_of("nddot") * revolutions * 1440.0**2,
        records=records,
    )


def _object_id(designator: str) -> str:
    """`1998-067A` from the `98067A` of a TLE."""
    text = designator.strip()
    if len(text) < 5 or not text[:5].isdigit():
        return ""
    century = "20" if int(text[:2]) < 57 else "19"
    return f"{century}{text[:2]}-{text[2:]}"
