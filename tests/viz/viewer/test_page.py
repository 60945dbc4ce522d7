"""The page as a file: what is in it, what is not, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.design import load_design
from geometry.ephemeris import sky_at
from geometry.orbit import flight_of
from geometry.radiation import LOADS
from geometry.studies.eclipse_year import eclipse_year
from viz.viewer.page import bundle, write_page
from viz.viewer.page.orbit_rows import MOST_ROWS, orbit_rows
from viz.viewer.page.packing import DTYPES, packed, unpacked
from viz.viewer.page.sky import sky_tables

MEGABYTE = 1_000_000
NAMES = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")  # of XML, not places to fetch from


def own(elements: dict, name: str) -> np.ndarray:
    return unpacked(elements[name])


class TestLaw:
    def test_page_of_a_thousand_is_under_six_megabytes(self, small_page):
        assert small_page.document["elements"]["satellites"] == 1000
        assert small_page.path.stat().st_size < 6 * MEGABYTE

    def test_holds_no_address_that_could_be_fetched(self, small_page):
        addresses = re.findall(r"(?:https?|wss?|ftp)://[^\s\"'`)]*", small_page.text)
        assert set(addresses) <= set(NAMES)
        head = small_page.text.split('<script type="application/json"', 1)[0]
        assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|@import|url\(""", head)

    def test_policy_allows_its_own_script_and_style_and_no_network(self, small_page):
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', small_page.text)[1]
        assert "default-src 'none'" in policy
        assert "connect-src" not in policy  # default-src forbids it
        for element, kind in (("style", "<style>"), ("script", '<script type="module">')):
            body = small_page.text.split(kind, 1)[1].split(f"</{element}>", 1)[0]
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"{element}-src 'sha256-{digest}'" in policy

    def test_size_does_not_depend_on_the_number_of_satellites(self, small_page):
        many = load_design("panel_module", ["ring.satellites_per_plane=250000"])
        few, lots = orbit_rows(small_page.design), orbit_rows(many)
        assert lots["satellites"] == 250_000
        assert len(str(lots)) - len(str(few)) < 100

    def test_rows_stand_for_every_member(self):
        design = load_design(
            "solar_slice",
            ["ring.planes=3", "ring.satellites_per_plane=7", "ring.ltan_list_h=[18.0, 6.0]",
             "ring.phase_step_deg=5", "ring.raan_spread_deg=2", "ring.altitude_spread_km=30"],
        )  # fmt: skip
        elements, rows = flight_of(design).elements, orbit_rows(design)
        count = own(rows, "count")
        along = np.concatenate([first + np.arange(n) * 2 * np.pi / n for first, n in
                                zip(own(rows, "anomaly_rad"), count, strict=True)])  # fmt: skip
        off = np.angle(np.exp(1j * (along - elements.argument_of_latitude_rad)))
        assert np.abs(off).max() < 1e-12  # rounding of a turn
        assert own(rows, "group").tolist() == [0, 0, 0, 1, 1, 1]
        assert own(rows, "sigma").tolist() == [1.0] * 3 + [-1.0] * 3
        np.testing.assert_array_equal(own(rows, "node_rad"), elements.raan_teme_rad)

    def test_sky_between_the_samples_is_the_ephemeris(self):
        tables = sky_tables(2027)
        times = np.datetime64("2027-01-01T05:07:11", "us") + np.arange(0, 364, 13) * np.timedelta64(1, "D")
        at = (times.astype("datetime64[ms]").astype(float) - tables["first_ms"]) / tables["step_ms"]
        first = np.floor(at).astype(int) - 1
        x = at - first
        weights = np.stack(
            [-(x - 1) * (x - 2) * (x - 3) / 6, x * (x - 2) * (x - 3) / 2, -x * (x - 1) * (x - 3) / 2,
             x * (x - 1) * (x - 2) / 6]
        )  # fmt: skip
        samples = unpacked(tables["sun_direction"])
        found = sum(weights[k][:, None] * samples[first + k] for k in range(4))
        # a cubic through days: the fourth difference of a turn of a degree a day, 0.0172^4 x 3/128
        assert np.abs(found - sky_at(times).sun_direction_gcrs).max() < 1e-8

    def test_all_that_is_absorbed_is_the_sum_of_the_loads(self, small_page):
        for case in small_page.document["crafts"][0]["cases"]:
            total, *parts = case["results"]
            assert [p["key"] for p in parts] == [f"absorbed_{name}" for name in LOADS]
            for name in ("mean", "around"):
                summed = sum(unpacked(p[name]) for p in parts)
                np.testing.assert_allclose(unpacked(total[name]), summed, rtol=1e-5)  # single precision

    def test_season_strip_is_the_eclipse_year(self, small_page):
        year = eclipse_year(small_page.design)
        strip = small_page.document["year"]["eclipses"][0]
        np.testing.assert_allclose(unpacked(strip["umbra_min"]), year.umbra_s / 60.0, atol=1e-5)
        assert strip["longest_umbra_min"] == year.longest_umbra_s / 60.0

    @given(st.lists(st.integers(0, 255), min_size=1, max_size=40), st.sampled_from(sorted(DTYPES)))
    def test_packing_comes_back(self, values, kind):
        wrapped = np.array(values).astype(DTYPES[kind])
        np.testing.assert_array_equal(unpacked(packed(wrapped, kind)), wrapped)

    def test_script_holds_no_module_syntax(self):
        code = bundle.script()
        assert not re.search(r"^\s*(?:import|export)\b[^(]", code, re.MULTILINE)
        assert "</script" not in code.lower()

    def test_title_is_inert(self):
        text = bundle.page("<b>&\"'", "", "", {"data": '{"a": "</script><script>"}'})
        assert "<b>" not in text
        assert "</script><script>" not in text


class TestRefusal:
    def test_interrupted_writing_leaves_nothing(self, tmp_path, monkeypatch):
        def interrupted(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(bundle, "page", interrupted)
        monkeypatch.setattr("viz.viewer.page.write.page_document", lambda *_, **__: ({}, 0))
        with pytest.raises(KeyboardInterrupt):
            write_page(load_design("panel_module"), tmp_path / "page.html")
        assert not list(tmp_path.iterdir())

    def test_too_many_planes(self):
        many = load_design(
            "panel_module",
            [f"ring.planes={MOST_ROWS + 1}", "ring.satellites_per_plane=1", "ring.raan_spread_deg=300"],
        )
        with pytest.raises(ValueError, match=r"60,001 planes .* holds 60,000"):
            orbit_rows(many)

    def test_deep_space_elements(self, tmp_path):
        # a Molniya of the verification set [Vallado2006], with a period of 718 minutes
        lines = (files("sgp4") / "SGP4-VER.TLE").read_text().splitlines()
        pair = [line[:69] for line in lines if line[:7] in ("1 08195", "2 08195")]
        (tmp_path / "high.tle").write_text("\n".join(pair))
        (tmp_path / "high.toml").write_text(
            'schema = "dawnring/1"\nname = "high"\n[epoch]\nstart_utc = "2006-06-25T00:00:00Z"\n'
            '[orbit]\ntype = "elements"\nfile = "high.tle"\n'
        )
        with pytest.raises(ValueError, match="deep-space orbit"):
            orbit_rows(load_design(tmp_path / "high.toml"))

    def test_modules_in_a_circle(self, tmp_path, monkeypatch):
        (tmp_path / "main.js").write_text('import { b } from "./other.js";\n')
        (tmp_path / "other.js").write_text('import { a } from "./main.js";\n')
        monkeypatch.setattr(bundle, "SOURCES", tmp_path)
        with pytest.raises(ValueError, match="in a circle: main -> other -> main"):
            bundle.script()
