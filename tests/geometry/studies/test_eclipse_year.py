"""The eclipse calendar: seasons, durations, shares, rings side by side."""

import json
from importlib.resources import files

import numpy as np
import pytest
from skyfield.api import load, load_file
from skyfield.positionlib import Geocentric

from geometry.constants import ASTRONOMICAL_UNIT_M, EARTH_EQUATORIAL_RADIUS_M, SOLAR_RADIUS_M
from geometry.design import load_design
from geometry.ephemeris import format_utc, sky_at
from geometry.orbit import Ring, SunSynchronousOrbit, flight_of
from geometry.orbit.eclipse import sunlit_fraction
from geometry.orbit.mean_elements import kozai_mean_motion_rad_s
from geometry.orbit.propagation import analytic_positions
from geometry.orbit.ring import ring_elements
from geometry.studies.eclipse_year import eclipse_year, rings_together
from geometry.studies.shadow_paths import shadow_path

HOUR = np.timedelta64(1, "h")
MILLISECOND = np.timedelta64(1000, "us")


def flown(*changes, **orbit):
    """The default design (560 km, LTAN 18:00, epoch in 2027) with keys of [orbit] and others replaced."""
    return load_design("solar_slice", [f"orbit.{key}={value!r}" for key, value in orbit.items()] + [*changes])


@pytest.fixture(scope="module")
def dusk():
    """2027 of the dusk ring."""
    return eclipse_year(flown())


class TestSeasonLaw:
    def test_edges_are_where_the_margins_vanish(self, dusk):
        (season,) = dusk.seasons
        edges = [season.first_penumbra_utc, season.first_umbra_utc]
        edges += [season.last_umbra_utc, season.last_penumbra_utc]
        assert edges == sorted(edges)
        path = shadow_path(flown(), 2027)
        found = path.shadows(np.array(edges, "datetime64[us]"))
        # Bisected to 0.1 ms; the margin changes by 5e-3 rad a day there: 6e-12 rad.  The minimum itself is
        # known to 1e-10 rad.
        assert np.abs(found.penumbra_margin_rad[0, [0, 3]]).max() < 1e-9
        assert np.abs(found.umbra_margin_rad[0, [1, 2]]).max() < 1e-9

    def test_days_agree_with_the_season(self, dusk):
        (season,) = dusk.seasons
        dark = (dusk.noons_utc > season.first_umbra_utc) & (dusk.noons_utc < season.last_umbra_utc)
        shade = (dusk.noons_utc > season.first_penumbra_utc) & (dusk.noons_utc < season.last_penumbra_utc)
        np.testing.assert_array_equal(dusk.umbra_s > 0.0, dark)
        np.testing.assert_array_equal(dusk.shadow_s > 0.0, shade)
        assert dusk.days_with_umbra == dark.sum()
        assert not season.open_start
        assert not season.open_end

    def test_a_season_over_new_year_is_the_same_from_both_sides(self):
        ends = eclipse_year(flown(ltan_h=6.0), 2026).seasons
        begins = eclipse_year(flown(ltan_h=6.0), 2027).seasons
        assert len(ends) == len(begins) == 2
        last, first = ends[-1], begins[0]
        assert last.open_end
        assert first.open_start
        assert not last.open_start
        assert not first.open_end
        for name in ("first_penumbra_utc", "first_umbra_utc", "last_umbra_utc", "last_penumbra_utc"):
            # Other splines, year by year: 3e-10 rad between them would be 5 ms.
            assert abs(getattr(last, name) - getattr(first, name)) < 10 * MILLISECOND
        assert last.first_umbra_utc < np.datetime64("2027-01-01") < first.last_umbra_utc

    def test_a_season_all_penumbra(self):
        year = eclipse_year(flown(altitude_km=1330.0))
        (season,) = year.seasons
        assert not season.has_umbra
        assert season.first_umbra_utc is season.last_umbra_utc is None
        assert season.first_penumbra_utc < np.datetime64("2027-06-21") < season.last_penumbra_utc
        assert year.longest_umbra_utc is None
        assert year.umbra_fraction_of_year == year.longest_umbra_s == year.days_with_umbra == 0
        assert 0.999 < year.sunlit_fraction_of_year < 1.0

    def test_a_season_shorter_than_a_day_is_found(self):
        """Just below the altitude free of penumbra (1384.57 km in 2027) all daily noons are clear."""
        year = eclipse_year(flown(altitude_km=1384.56))
        (season,) = year.seasons
        assert season.last_penumbra_utc - season.first_penumbra_utc < 24 * HOUR
        assert season.first_penumbra_utc < year.longest_shadow_utc < season.last_penumbra_utc
        assert year.longest_shadow_s > 0.0
        assert year.sunlit_fraction_of_year < 1.0

    def test_no_end_where_there_is_none(self):
        year = eclipse_year(flown(ltan_h=12.0))
        (season,) = year.seasons
        assert season.open_start
        assert season.open_end
        assert season.has_umbra
        assert season.first_penumbra_utc is season.first_umbra_utc is None
        assert season.last_penumbra_utc is season.last_umbra_utc is None
        assert year.days_with_umbra == 365

    def test_the_first_and_the_last_year_of_the_ephemeris(self):
        for year in (1900, 2052):
            found = eclipse_year(flown(ltan_h=6.0), year)
            assert len(found.seasons) == 2
            assert found.seasons[0].first_umbra_utc is not None
            assert found.seasons[1].last_umbra_utc is not None
            assert len(found.noons_utc) == (365 if year == 1900 else 366)


class TestDurationLaw:
    def test_umbra_is_within_darkness_within_shadow(self, dusk):
        assert (dusk.umbra_s <= dusk.dark_s).all()
        assert (dusk.dark_s <= dusk.shadow_s).all()
        assert dusk.longest_umbra_s < dusk.longest_dark_s < dusk.longest_shadow_s
        assert dusk.longest_umbra_s >= dusk.umbra_s.max()

    def test_shares_of_the_year_are_means_over_ring_and_year(self, dusk):
        """500 satellites at each of 365 noons, each seen or not: no passages, no seasons, no quadrature."""
        umbra, light = [], []
        for noon in dusk.noons_utc:
            elements = ring_elements(SunSynchronousOrbit(), Ring(500), noon)
            sky = sky_at(noon)
            lit = sunlit_fraction(
                analytic_positions(elements, noon),
                sky.sun_direction_gcrs,
                sky.sun_distance_m,
                sky.earth_pole_gcrs,
            )
            umbra.append((lit == 0.0).mean())
            light.append(lit.mean())
        # Noons leave 0.1 of h^1.5 at the two ends, 2e-5 of the year; an edge known to one satellite of 500
        # leaves 1e-3 a day, rounded at random: 1e-3 sqrt(94)/365 = 3e-5 (one sigma).
        assert dusk.umbra_fraction_of_year == pytest.approx(np.mean(umbra), abs=1e-4)
        assert dusk.sunlit_fraction_of_year == pytest.approx(np.mean(light), abs=5e-5)

    def test_a_lighter_polar_earth_lies_between_two_spheres(self):
        def longest(*shape):
            return eclipse_year(flown(*shape)).longest_umbra_s

        sphere = "environment.earth_shape=sphere"
        large = longest(sphere, "environment.earth_radius_km=6378.137")
        small = longest(sphere, "environment.earth_radius_km=6356.7523")
        assert small < longest() < large
        # The dusk orbit is eclipsed over high latitudes, where the ellipsoid is nearer to the small sphere.
        assert longest() < 0.5 * (small + large) + 5.0

    def test_dawn_and_dusk_mirror_each_other(self, dusk):
        dawn = eclipse_year(flown(ltan_h=6.0))
        # Half a year later the Sun stands as far on the other side, 3.4 % nearer.  Seen from there the frozen
        # eccentricity (1.07e-3) lowers the orbit instead of raising it: 2 x 1.07e-3 x 6938 km x sin(59 deg)
        # = 13 km, of the 20 s that 20 km of altitude change: under 20 s.
        assert abs(dawn.longest_umbra_s - dusk.longest_umbra_s) < 20.0
        assert str(dawn.longest_umbra_utc)[5:7] == "12"
        assert str(dusk.longest_umbra_utc)[5:7] == "06"
        assert (dawn.beta_rad < 0.0).all()
        assert (dusk.beta_rad > 0.0).all()

    def test_nothing_where_no_shadow_can_be(self):
        year = eclipse_year(flown(altitude_km=1500.0))
        assert year.seasons == ()
        assert year.sunlit_fraction_of_year == 1.0
        assert year.umbra_fraction_of_year == 0.0
        assert not year.shadow_s.any()
        assert year.longest_shadow_utc is year.longest_umbra_utc is None

    def test_beta_is_that_of_the_design_at_its_epoch(self, dusk):
        design = flown()
        k = int(np.flatnonzero(dusk.noons_utc == design.epoch_utc)[0])
        elements = ring_elements(design.orbit, Ring(1), design.epoch_utc)
        tilt, node = elements.inclination_rad[0], elements.raan_teme_rad[0]
        normal = [np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt)]
        sky = sky_at(design.epoch_utc)
        sine = sky.sun_direction_gcrs[0] @ sky.rotation_gcrs_from_teme[0] @ normal
        # A knot of the splines: only rounding.
        assert dusk.beta_rad[k] == pytest.approx(np.arcsin(sine), abs=1e-12)


class TestRingsTogetherLaw:
    def test_of_dawn_and_dusk_one_is_always_lit(self):
        rings = rings_together(flown("ring.ltan_list_h=[6.0, 18.0]"))
        assert rings.one_always_lit
        dawn, dusk = rings.years
        assert not ((dawn.shadow_s > 0.0) & (dusk.shadow_s > 0.0)).any()
        assert dawn.ltan_s == 6 * 3600.0
        assert rings.least_margin_rad > 0.0

    def test_of_noon_and_afternoon_none_is(self):
        rings = rings_together(flown("ring.ltan_list_h=[12.0, 15.0]"))
        assert not rings.one_always_lit
        assert rings.least_margin_rad < 0.0
        assert str(rings.tightest_utc)[:4] == "2027"

    def test_the_first_of_the_ring_is_the_calendar_of_the_design(self):
        design = flown("ring.ltan_list_h=[6.0, 18.0]")
        assert eclipse_year(design).ltan_s == 6 * 3600.0
        assert eclipse_year(design, ltan_s=64_800.0).umbra_s.max() == pytest.approx(
            rings_together(design).years[1].umbra_s.max()
        )


class TestPropagatedLaw:
    def test_a_keplerian_orbit_agrees_with_sampling(self):
        design = flown("orbit.type=keplerian", semi_major_axis_km=9000.0, eccentricity=0.2,
                       inclination_deg=50.0, raan_deg=40.0, argument_of_perigee_deg=70.0)  # fmt: skip
        year = eclipse_year(design)
        assert year.ltan_s is None
        for k in (100, 300):
            count = 20_000
            sample_s = 2.0 * year.period_s / count
            elapsed_s = (np.arange(count) + 0.5 - count / 2) * sample_s
            times = year.noons_utc[k] + np.rint(elapsed_s * 1e6).astype("timedelta64[us]")
            position, _ = flight_of(design).states(times, np.array([0]))
            sky = sky_at(times)
            lit = sunlit_fraction(position, sky.sun_direction_gcrs, sky.sun_distance_m, sky.earth_pole_gcrs)[
                0
            ]
            # The passage next to noon, of the two or three in two revolutions.
            shade = np.flatnonzero(lit < 1.0)
            passages = np.split(shade, np.flatnonzero(np.diff(shade) > 1) + 1)
            nearest = lit[min(passages, key=lambda run: abs(elapsed_s[run].mean()))]
            # Two edges, each known to a sample (0.9 s).
            assert year.umbra_s[k] == pytest.approx((nearest == 0.0).sum() * sample_s, abs=2 * sample_s)
            assert year.shadow_s[k] == pytest.approx((nearest < 1.0).sum() * sample_s, abs=2 * sample_s)
            assert year.dark_s[k] == pytest.approx((1.0 - nearest).sum() * sample_s, abs=0.1)
        assert 0.0 < year.umbra_fraction_of_year < 0.4

    def test_a_geostationary_satellite(self):
        """With the Sun over the node the arc is that of the tangent cones, however noon falls on it."""
        year = eclipse_year(flown("orbit.type=keplerian", semi_major_axis_km=42_164.2))
        assert len(year.seasons) == 2
        radius_m, distance_m = 42_164.2e3, 1.003 * ASTRONOMICAL_UNIT_M  # in late September
        edge = np.arcsin(EARTH_EQUATORIAL_RADIUS_M / radius_m)
        umbra = edge - np.arcsin((SOLAR_RADIUS_M - EARTH_EQUATORIAL_RADIUS_M) / distance_m)
        shadow = edge + np.arcsin((SOLAR_RADIUS_M + EARTH_EQUATORIAL_RADIUS_M) / distance_m)
        rate = 1.0 / year.period_s - 1.0 / (365.25 * 86_400.0)
        # The Sun's own rate differs by 1 % over the seasons (0.1 s), and the passages nearest to the equinox
        # may be half a day off it: 0.2 deg, 1.5 s.
        assert year.longest_umbra_s == pytest.approx(umbra / np.pi / rate, abs=3.0)
        assert year.longest_shadow_s == pytest.approx(shadow / np.pi / rate, abs=3.0)
        assert year.umbra_s.max() == pytest.approx(year.longest_umbra_s, abs=3.0)

    def test_imported_elements_keep_to_the_plane_that_is_held(self, tmp_path, dusk):
        """The dusk ring's own elements, written at the middle of the season and flown by SGP4."""
        middle = np.datetime64("2027-06-21T12:00", "us")
        elements = ring_elements(SunSynchronousOrbit(), Ring(1), middle)
        motion = kozai_mean_motion_rad_s(elements.semi_major_axis_m, elements.inclination_rad)[0]
        entry = {
            "OBJECT_NAME": "DUSK", "NORAD_CAT_ID": 1, "EPOCH": format_utc(middle)[:-1],
            "MEAN_MOTION": motion * 86_400.0 / (2.0 * np.pi), "ECCENTRICITY": 0.0,
            "INCLINATION": np.degrees(elements.inclination_rad[0]),
            "RA_OF_ASC_NODE": np.degrees(elements.raan_teme_rad[0]),
            "ARG_OF_PERICENTER": 0.0, "MEAN_ANOMALY": np.degrees(elements.argument_of_latitude_rad[0]),
        }  # fmt: skip
        file = tmp_path / "dusk.json"
        file.write_text(json.dumps([entry]))
        with pytest.warns(UserWarning, match="up to 194 days from the epoch of its elements") as doubts:
            year = eclipse_year(flown(f"orbit.file='{file}'", "orbit.type=elements"))
        assert len(doubts) == 1
        (season,), (held,) = year.seasons, dusk.seasons
        # The passage lies up to half a revolution from the moment asked for: 48 minutes of a plane that
        # turns against the Sun.
        for name in ("first_penumbra_utc", "first_umbra_utc", "last_umbra_utc", "last_penumbra_utc"):
            assert abs(getattr(season, name) - getattr(held, name)) < 60 * np.timedelta64(1, "m")
        # Near the solstice that hardly matters; SGP4 itself is 20 m off the closed form.
        assert year.longest_umbra_s == pytest.approx(dusk.longest_umbra_s, abs=0.5)

    def test_an_own_inclination_lets_the_node_drift(self):
        polar = eclipse_year(flown(inclination_deg=90.0), 2027)
        # A polar plane stands still among the stars: the Sun comes round, and beta with it.
        assert polar.beta_rad.min() < 0.0 < polar.beta_rad.max()
        assert polar.inclination_rad == pytest.approx(np.pi / 2)
        k = int(np.flatnonzero(polar.noons_utc == flown().epoch_utc)[0])
        assert polar.beta_rad[k] > np.radians(85.0)  # at the epoch it still stands at 18:00, at an equinox


class TestReference:
    def test_sentinel_1(self):
        """ESA, Sentinel-1 data sheet (2013): 693 km, 98.18 deg, 18:00 at the ascending node, "max eclipse
        duration 19 minutes" [ESASentinel1]."""
        year = eclipse_year(flown(altitude_km=693.0), 2015)
        assert np.degrees(year.inclination_rad) == pytest.approx(98.18, abs=0.005)  # as printed
        assert year.longest_shadow_s / 60.0 == pytest.approx(19.0, abs=0.5)  # as printed, to the minute

    def test_amazonia_1(self):
        """SatelliteAnalysis.jl, manual, eclipse time: Amazonia-1, semi-major axis 7130.982 km, LTDN 10:30, in
        2021: umbra 33.4493, penumbra 0.3402 min on 1 January; 34.664 min of both at most
        [SatelliteAnalysis]."""
        sphere = ("environment.earth_shape=sphere", "environment.earth_radius_km=6378.137")
        year = eclipse_year(flown(*sphere, altitude_km=7130.982 - 6378.137, ltan_h=22.5), 2021)
        # Theirs is a sphere too, with the cones of NASA TP-3547, but flies without short-period terms: up
        # to 9 km of radius, 0.07 min at this slant, and the node 1e-4 rad a day off ours.
        assert year.umbra_s[0] / 60.0 == pytest.approx(33.4493, abs=0.1)
        assert (year.shadow_s - year.umbra_s)[0] / 60.0 == pytest.approx(0.3402, abs=0.003)
        assert year.longest_shadow_s / 60.0 == pytest.approx(34.664, abs=0.1)

    def test_skyfield_lies_between_umbra_and_shadow(self):
        """Skyfield's `is_sunlit`: a sphere of 6378.1366 km and the Sun's centre [Rhodes2019]."""
        sphere = ("environment.earth_shape=sphere", "environment.earth_radius_km=6378.1366")
        year = eclipse_year(flown(*sphere))
        noon = np.datetime64("2027-06-21T12:00", "us")
        k = int(np.flatnonzero(year.noons_utc == noon)[0])
        count = 4_000
        elements = ring_elements(SunSynchronousOrbit(), Ring(count), noon)
        position = analytic_positions(elements, noon)[:, 0]
        time = load.timescale(builtin=True).utc(2027, 6, 21, 12)
        bodies = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
        times = load.timescale(builtin=True).tt_jd(np.full(count, time.tt))
        ring = Geocentric(position.T / ASTRONOMICAL_UNIT_M, np.zeros((3, count)), t=times)
        dark_s = (~ring.is_sunlit(bodies)).mean() * year.period_s
        bodies.close()
        assert year.umbra_s[k] < dark_s < year.shadow_s[k]
        # A point Sun is hidden half way between, to the second order of its radius (0.3 s) and two samples.
        middle_s = 0.5 * (year.umbra_s[k] + year.shadow_s[k])
        assert dark_s == pytest.approx(middle_s, abs=0.5 + 2 * year.period_s / count)


class TestRefusal:
    @pytest.mark.parametrize("year", [1899, 2053, 0, -4, 2027.5, float("nan")])
    def test_a_year_outside(self, year):
        with pytest.raises(
            ValueError, match=r"year must be a whole year of the ephemeris de421, 1900\.\.2052"
        ):
            eclipse_year(flown(), year)

    def test_an_altitude_without_an_orbit(self):
        with pytest.raises(ValueError, match="no sun-synchronous orbit"):
            eclipse_year(flown(altitude_km=7000.0))

    def test_a_local_time_for_an_orbit_that_keeps_none(self):
        design = flown("orbit.type=keplerian", semi_major_axis_km=7000.0)
        with pytest.raises(ValueError, match="keep no local time"):
            eclipse_year(design, ltan_s=0.0)
        with pytest.raises(ValueError, match="rings side by side need"):
            rings_together(design)
