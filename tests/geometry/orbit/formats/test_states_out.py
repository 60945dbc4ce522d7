"""OEM, CZML and Parquet: read back by small parsers of the tests and compared with the states."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from geometry.orbit import KeplerianOrbit, Ring, orbit_states
from geometry.orbit.flight import flight_of
from geometry.orbit.formats import write_ring
from geometry.orbit.formats.oem import write_oem
from geometry.orbit.formats.samples import MOST_STATES, Samples, sample_times


def read_oem(text):
    """Segments of an OEM in key-value notation: header, then (metadata, times, states in km and km/s)."""
    header, segments, target = {}, [], None
    target = header
    for line in filter(None, text.splitlines()):
        if line == "META_START":
            target = {}
            segments.append((target, [], []))
        elif line == "META_STOP":
            target = None
        elif target is not None:
            key, value = (part.strip() for part in line.split("=", 1))
            assert key not in target
            target[key] = value
        else:
            epoch, *numbers = line.split()
            segments[-1][1].append(np.datetime64(epoch, "us"))
            segments[-1][2].append([float(n) for n in numbers])
    return header, [(meta, np.array(times), np.array(states)) for meta, times, states in segments]


def lagrange(times, values, at):
    """Polynomial through the points nearest to `at`, as Cesium does for even samples."""
    total = np.zeros(values.shape[1])
    for j, own in enumerate(times):
        others = np.delete(times, j)
        total = total + values[j] * np.prod((at - others) / (own - others))
    return total


class TestOemLaw:
    def test_states_come_back(self, small_ring, tmp_path):
        design = small_ring()
        written = write_ring(
            "oem", design, tmp_path / "a.oem", satellites=[4], duration_s=3_000.5, step_s=600.0
        )
        header, segments = read_oem((tmp_path / "a.oem").read_text())
        assert header["CCSDS_OEM_VERS"] == "2.0"
        assert [meta["OBJECT_NAME"] for meta, _, _ in segments] == ["DAWNRING 4"]
        assert (written.satellites, written.times) == (1, 7)
        for (meta, times, states), k in zip(segments, (4,), strict=True):
            assert (meta["REF_FRAME"], meta["TIME_SYSTEM"], meta["CENTER_NAME"]) == ("GCRF", "UTC", "EARTH")
            assert np.datetime64(meta["START_TIME"]) == times[0] == design.epoch_utc
            assert np.datetime64(meta["STOP_TIME"]) == times[-1]
            assert (times[-1] - times[0]) / np.timedelta64(1, "us") == 3_000_500_000
            expected = orbit_states(design, times, satellites=[k])
            # written to 1e-9 km and 1e-12 km/s
            np.testing.assert_allclose(states[:, :3], expected.position_gcrs_m[0] / 1e3, atol=0.6e-9)
            np.testing.assert_allclose(states[:, 3:], expected.velocity_gcrs_m_s[0] / 1e3, atol=0.6e-12)

    def test_one_period_of_the_first_by_default(self, small_ring, tmp_path):
        written = write_ring("oem", small_ring(), tmp_path / "a.oem")
        _, segments = read_oem((tmp_path / "a.oem").read_text())
        assert len(segments) == written.satellites == 1
        assert "first of 6 satellites" in written.remarks[0]
        period_s = (segments[0][1][-1] - segments[0][1][0]) / np.timedelta64(1, "s")
        assert period_s == pytest.approx(flight_of(small_ring()).nodal_period_s, abs=1e-6)

    def test_the_creation_date_is_that_of_the_message(self, small_ring, tmp_path):
        design = small_ring()
        samples = Samples(flight_of(design), np.arange(1), design.epoch_utc[None], "ring")
        write_oem(tmp_path / "a.oem", samples, created_utc=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
        assert read_oem((tmp_path / "a.oem").read_text())[0]["CREATION_DATE"] == "2027-01-02T03:04:05"

    def test_two_body_orbits_leave_too(self, flown, tmp_path):
        design = flown(orbit=KeplerianOrbit(7e6, 0.01, 1.0), ring=Ring(satellites_per_plane=1))
        write_ring("oem", design, tmp_path / "a.oem", duration_s=0.0)
        states = read_oem((tmp_path / "a.oem").read_text())[1][0][2]
        assert np.linalg.norm(states[0, :3]) == pytest.approx(7_000.0 * 0.99, abs=1e-6)  # at perigee


class TestCzmlLaw:
    def test_interpolated_positions(self, small_ring, tmp_path):
        design = small_ring()
        write_ring("czml", design, tmp_path / "a.czml", duration_s=1_800.0, step_s=60.0)
        packets = json.loads((tmp_path / "a.czml").read_text(), parse_constant=pytest.fail)
        assert packets[0]["id"] == "document"
        assert packets[0]["version"] == "1.0"
        assert len(packets) == 7
        for k, packet in enumerate(packets[1:]):
            position = packet["position"]
            assert position["referenceFrame"] == "INERTIAL"
            assert position["interpolationAlgorithm"] == "LAGRANGE"
            samples = np.array(position["cartesian"]).reshape(-1, 4)
            epoch = np.datetime64(position["epoch"].removesuffix("Z"), "us")
            assert epoch == design.epoch_utc
            count = position["interpolationDegree"] + 1
            first = 12
            at = samples[first + count // 2 - 1, 0] + 29.3
            found = lagrange(samples[first : first + count, 0], samples[first : first + count, 1:], at)
            time = epoch + np.timedelta64(round(at * 1e6), "us")
            expected = orbit_states(design, [time], satellites=[k]).position_gcrs_m[0, 0]
            # coordinates are rounded to half a millimetre, and the weights of degree 7 sum to under 1.4
            np.testing.assert_allclose(found, expected, atol=1.0e-3)

    def test_the_ring_is_thinned_evenly_with_the_reason(self, flown, tmp_path):
        design = flown(ring=Ring(satellites_per_plane=2_500))
        written = write_ring("czml", design, tmp_path / "a.czml", duration_s=0.0)
        assert written.satellites == 1_000
        assert "Cesium" in written.remarks[0]
        packets = json.loads((tmp_path / "a.czml").read_text())[1:]
        chosen = np.array([int(p["id"].removeprefix("satellite-")) for p in packets])
        assert chosen[0] == 0
        assert set(np.diff(chosen)) == {2, 3}
        assert 2_500 - chosen[-1] <= 3  # no gap where the ring closes

    def test_the_cap_can_be_raised(self, flown, tmp_path):
        design = flown(ring=Ring(satellites_per_plane=1_200))
        written = write_ring("czml", design, tmp_path / "a.czml", duration_s=0.0, most_satellites=5_000)
        assert written.satellites == 1_200
        assert written.remarks == ()


class TestParquetLaw:
    def test_rows_are_states(self, small_ring, tmp_path):
        parquet = pytest.importorskip("pyarrow.parquet")
        design = small_ring()
        write_ring("parquet", design, tmp_path / "a.parquet", duration_s=600.0, step_s=300.0)
        table = parquet.read_table(tmp_path / "a.parquet")
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        assert columns["satellite"].tolist() == list(range(6)) * 3
        times = np.unique(columns["time_utc"].astype("datetime64[us]"))
        states = orbit_states(design, times, satellites=None)
        for axis, k in zip("xyz", range(3), strict=True):
            np.testing.assert_allclose(
                columns[f"position_{axis}_gcrs_km"].reshape(3, 6).T,
                states.position_gcrs_m[..., k] / 1e3,
                rtol=1e-15,
            )
        np.testing.assert_array_equal(columns["sunlit_fraction"].reshape(3, 6).T, states.sunlit_fraction)
        assert json.loads(table.schema.metadata[b"dawnring"])["frame"].startswith("position and velocity")

    def test_one_time_by_default(self, small_ring, tmp_path):
        pytest.importorskip("pyarrow")
        written = write_ring("parquet", small_ring(), tmp_path / "a.parquet")
        assert (written.satellites, written.times) == (6, 1)


class TestSamplesRefusal:
    def test_an_oem_of_two_objects(self, small_ring, tmp_path):
        with pytest.raises(ValueError, match=r"one object, got 2 satellites.*a file for each"):
            write_ring("oem", small_ring(), tmp_path / "a.oem", satellites=[0, 4])

    def test_spans_and_steps(self):
        start = np.datetime64("2027-03-20", "us")
        with pytest.raises(ValueError, match="duration_s"):
            sample_times(start, -1.0, 60.0)
        with pytest.raises(ValueError, match="duration_s"):
            sample_times(start, float("nan"), 60.0)
        with pytest.raises(ValueError, match="step_s"):
            sample_times(start, 60.0, 0.0)
        with pytest.raises(ValueError, match="longer step"):
            sample_times(start, 1e9, 1e-3)

    def test_more_states_than_a_file_should_hold(self, flown):
        design = flown(ring=Ring(satellites_per_plane=100_000))
        times = sample_times(design.epoch_utc, 60.0 * 300, 60.0)
        with pytest.raises(ValueError, match=f"{MOST_STATES:,}"):
            Samples(flight_of(design), np.arange(100_000), times, "ring")

    def test_a_cap_below_one(self, flown, tmp_path):
        with pytest.raises(ValueError, match="most_satellites must be at least 1"):
            write_ring("czml", flown(), tmp_path / "a.czml", most_satellites=0)
