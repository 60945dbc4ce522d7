"""`heat`: closed forms through the whole front door, the shapes of its document, the files."""

from __future__ import annotations

import csv
import json
import warnings

import numpy as np
import pytest

from viz.cli.commands.heat import rays_per_face

LOADS = ("solar", "albedo", "earth_infrared")
QUICK = ("--tolerance", "0.02")
PER_TIME = (
    "view_factor_earth",
    "view_factor_space",
    *(f"incident_{n}_w_m2" for n in LOADS),
    *(f"absorbed_{n}_w" for n in LOADS),
)


@pytest.fixture
def slice_heat(dawnring):
    """One orbit of the light solar slice at twelve positions."""
    outcome = dawnring("heat", "solar_slice", "--steps", "12", *QUICK, "--json")
    assert outcome.code == 0, outcome.err
    return outcome.document


class TestHeat:
    def test_shapes_and_names(self, slice_heat):
        assert slice_heat["schema"] == "dawnring/heat/1"
        assert slice_heat["provenance"]["seed"] == 1
        assert slice_heat["provenance"]["rays"] > 0
        for name in ("times_utc", "argument_of_latitude_deg", "beta_deg", "sunlit_fraction"):
            assert len(slice_heat[name]) == 12
        names = [s["name"] for s in slice_heat["surfaces"]]
        assert names == [m["name"] for m in slice_heat["orbit_mean"]]
        for surface in slice_heat["surfaces"]:
            assert all(len(surface[key]) == 12 for key in PER_TIME)
            assert all(len(surface["standard_error_w"][load]) == 12 for load in LOADS)
        for mean in slice_heat["orbit_mean"]:
            assert all(isinstance(mean[key], float) for key in PER_TIME)
            assert set(mean["standard_error_w"]) == set(LOADS)

    def test_end_of_the_orbit_is_left_out(self, slice_heat, dawnring):
        period = dawnring("orbit", "solar_slice", "--json").document["times_utc"][-1]
        times = np.array([t.rstrip("Z") for t in slice_heat["times_utc"]], "datetime64[us]")
        whole = (np.datetime64(period.rstrip("Z")) - times[0]) / np.timedelta64(1, "us")
        # each time is rounded to a microsecond
        np.testing.assert_allclose(np.diff(times).astype(float), whole / 12, atol=1.0)

    def test_argument_of_latitude_turns_once(self, slice_heat):
        steps = np.diff(np.unwrap(np.radians(slice_heat["argument_of_latitude_deg"])))
        # short-period terms move it by up to 0.003 rad
        np.testing.assert_allclose(steps, 2 * np.pi / 12, atol=0.006)

    def test_hemisphere_closes_on_a_free_surface(self, slice_heat):
        front = next(s for s in slice_heat["surfaces"] if s["name"] == "wing_1.module_11.front")
        total = np.add(front["view_factor_earth"], front["view_factor_space"])
        np.testing.assert_allclose(total, 1.0, rtol=1e-12)

    def test_cell_face_absorbs_the_sun_by_its_coating(self, slice_heat):
        """Sun-pointing, free, no reflections: absorbed = absorptance x area x flux, exactly."""
        front = next(s for s in slice_heat["surfaces"] if s["name"] == "wing_1.module_11.front")
        absorbed = 0.92 * 20.0 * np.array(front["incident_solar_w_m2"])
        # the true distance on 20 March: 1361 / 0.9957^2 = 1372.8; the module faces the Sun to rounding
        np.testing.assert_allclose(front["incident_solar_w_m2"], 1372.8, rtol=2e-4)
        np.testing.assert_allclose(front["absorbed_solar_w"], absorbed, rtol=1e-12)

    def test_same_seed_same_numbers_whatever_the_threads(self, dawnring):
        line = ("heat", "solar_slice", "--steps", "3", *QUICK, "--json", "--seed", "5")
        one, two = (dawnring(*line, "-j", jobs).document for jobs in ("1", "2"))
        assert one["surfaces"] == two["surfaces"]
        assert one["provenance"]["seed"] == 5

    def test_other_local_time_flies_the_mirrored_craft(self, dawnring):
        """LTAN 06:00: the shield stands on the other edge, so the bus radiator is shielded as well."""
        both = ("--set", "ring.ltan_list_h=[18.0, 6.0]", "--set", "ring.satellites_per_plane=10")
        line = ("heat", "solar_slice", "--steps", "8", *QUICK, "--json", *both)
        evening, morning = (dawnring(*line, "--satellite", k).document for k in ("0", "10"))
        earth = [
            next(m for m in d["orbit_mean"] if m["name"] == "bus.radiator")["view_factor_earth"]
            for d in (evening, morning)
        ]
        # beta differs between the two (83 and 77 deg on the day), the wall hides most of the Earth in both
        assert max(earth) < 0.1


class TestHeatFiles:
    def test_csv_parquet_and_json_hold_the_same(self, dawnring, tmp_path):
        parquet = pytest.importorskip("pyarrow.parquet")
        line = ("heat", "panel_module", "--steps", "4", *QUICK, "-o")
        for suffix in ("csv", "parquet", "json"):
            assert dawnring(*line, f"h.{suffix}").code == 0
        with (tmp_path / "h.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        document = dawnring("heat", "panel_module", "--steps", "4", *QUICK, "--json").document
        table = parquet.read_table(tmp_path / "h.parquet")
        assert table.column_names == list(rows[0])
        assert len(rows) == table.num_rows == 4 * len(document["surfaces"])
        for surface in document["surfaces"]:
            mine = [r for r in rows if r["surface"] == surface["name"]]
            assert [r["time_utc"] for r in mine] == document["times_utc"]
            for key in PER_TIME:
                assert [float(r[key]) for r in mine] == surface[key]
            for load in LOADS:
                errors = [float(r[f"standard_error_{load}_w"]) for r in mine]
                assert errors == surface["standard_error_w"][load]

    def test_faces_add_up_to_their_surfaces(self, dawnring, tmp_path):
        line = ("heat", "solar_slice", "--steps", "2", *QUICK, "--per-face")
        document = dawnring(*line, "--json").document
        whole = {s["name"]: s for s in document["surfaces"]}
        for name in ("wing_1.module_11.front", "bus.front", "bus.radiator"):
            faces = [f for f in document["faces"] if f["surface"] == name]
            assert sum(f["area_m2"] for f in faces) == pytest.approx(whole[name]["area_m2"])
            for load in LOADS:
                total = np.sum([f[f"absorbed_{load}_w"] for f in faces], axis=0)
                error = np.sqrt(
                    np.sum([np.square(f["standard_error_w"][load]) for f in faces], axis=0)
                    + np.square(whole[name]["standard_error_w"][load])
                )
                # six standard errors of both, plus what the shadow's edge loses within one triangle (1 %)
                limit = 6 * error + 0.01 * np.abs(whole[name][f"absorbed_{load}_w"]) + 1e-9
                assert (np.abs(total - whole[name][f"absorbed_{load}_w"]) <= limit).all(), (name, load)
        assert dawnring(*line, "-o", "f.csv").code == 0
        with (tmp_path / "f.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == 2 * len(document["faces"])
        first = document["faces"][0]
        mine = [r for r in rows if (r["face"], r["side"]) == (str(first["face"]), first["side"])]
        assert [float(r["absorbed_solar_w"]) for r in mine] == first["absorbed_solar_w"]

    @pytest.mark.parametrize("more", [(), ("--per-face",)])
    def test_mesh_keeps_orbit_means_on_its_cells(self, dawnring, tmp_path, more):
        pyvista = pytest.importorskip("pyvista")
        line = ("heat", "panel_module", "--steps", "4", *QUICK, *more)
        document = dawnring(*line, "-o", "h.vtp", "--json").document
        mesh = pyvista.read(tmp_path / "h.vtp")
        assert b"dawnring/heat/1" in str(mesh.field_data["dawnring"][0]).encode()
        assert list(mesh.field_data["times_utc"]) == document["times_utc"]
        names = list(mesh.field_data["surface_names"])
        for mean in document["orbit_mean"]:
            side = mesh.cell_data["front_surface"] == names.index(mean["name"])
            if not side.any():
                continue
            area = mesh.compute_cell_sizes()["Area"][side]
            flux = mesh.cell_data["front_absorbed_solar_w_m2"][side]
            # by face the seeds differ: within six standard errors; VTK computes areas in single precision
            limit = 6 * mean["standard_error_w"]["solar"] + 1e-2 * mean["absorbed_solar_w"] + 1e-6
            assert abs((area * flux).sum() - mean["absorbed_solar_w"]) <= limit, mean["name"]

    def test_table_of_means_without_json(self, dawnring):
        out = dawnring("heat", "panel_module", "--steps", "4", *QUICK).out
        assert "absorbed W" in out.splitlines()[0]
        assert any(line.startswith("module.front") or "front" in line for line in out.splitlines())

    def test_tolerance_not_reached_is_a_warning(self, dawnring):
        with pytest.warns(UserWarning, match="max_rays"):
            outcome = dawnring(
                "heat", "solar_slice", "--steps", "2", "--set", "radiation.max_rays=20000", "--json"
            )
        assert outcome.code == 0


class TestSkyTableBesideTheResult:
    @pytest.fixture
    def flat_design(self, dawnring, tmp_path):
        """A plate half under a roof, cheap to clip at any tolerance."""
        path = tmp_path / "roof.obj"
        path.write_text(
            "v 0 0 0\nv 2 0 0\nv 2 1 0\nv 0 1 0\nv 0.5 0 0.5\nv 1.5 0 0.5\nv 1.5 1 0.5\nv 0.5 1 0.5\n"
            "o floor\nf 1 2 3\nf 1 3 4\no roof\nf 5 7 6\nf 5 8 7\n"
        )
        return str(path)

    def run(self, dawnring, design, out, *more):
        outcome = dawnring("heat", design, "--steps", "4", *QUICK, "-o", str(out), *more)
        assert outcome.code == 0, outcome.err
        return outcome

    def test_kept_and_used_again(self, dawnring, flat_design, tmp_path):
        out, table = tmp_path / "heat.json", tmp_path / "heat.sky.npz"
        self.run(dawnring, flat_design, out)
        before, first = table.read_bytes(), json.loads(out.read_text())
        again = self.run(dawnring, flat_design, out, "--force")
        assert f"shadows from {table}" in again.err
        assert table.read_bytes() == before
        assert json.loads(out.read_text())["surfaces"] == first["surfaces"]
        assert {s["method"] for s in first["surfaces"]} >= {"clipped"}

    def test_a_foreign_file_is_left_as_it_is(self, dawnring, flat_design, tmp_path):
        out, table = tmp_path / "heat.json", tmp_path / "heat.sky.npz"
        table.write_bytes(b"somebody's own work")
        outcome = self.run(dawnring, flat_design, out, "--force")
        assert "is no sky table and is left as it is" in outcome.err
        assert table.read_bytes() == b"somebody's own work"
        assert json.loads(out.read_text())["surfaces"]


class TestHeatRefusal:
    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            (("--steps", "0"), ("steps",)),
            (("--orbits", "0"), ("orbits",)),
            (("--steps", "1000", "--orbits", "1000"), ("100,000",)),
            (("--tolerance", "0"), ("tolerance",)),
            (("--tolerance", "nan"), ("tolerance",)),
            (("--seed", "-1"), ("seed",)),
            (("-j", "0"), ("-j", ">= 1")),
            (("--satellite", "5000"), ("999",)),
            (("--set", "ring.satellites_per_plane=900000"), ("too dense",)),
            (("--set", "environment.earth_albedo=1.5"), ("earth_albedo",)),
            (("-o", "heat.xls"), (".csv", ".parquet", ".vtp", ".png")),
        ],
    )
    def test_one_line_and_no_file(self, dawnring, tmp_path, tokens, words):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            dawnring("heat", "solar_slice", *tokens).assert_refused(2, *words)
        assert list(tmp_path.iterdir()) == []


class TestRaysPerFaceLaw:
    def test_more_for_less_error_and_never_more_than_allowed(self):
        assert rays_per_face(0.015, 100, 10**8) == 1024
        assert rays_per_face(0.001, 100, 10**8) > rays_per_face(0.01, 100, 10**8)
        assert rays_per_face(1e-6, 100_000, 10**6) == 64
        assert rays_per_face(1e-6, 1, 10**12) == 2**20
