"""From a checked `DesignFile` to SI: the only bridge between human units and the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import radians
from pathlib import Path
from typing import Any

import numpy as np

from geometry.constants import EARTH_MEAN_RADIUS_M
from geometry.craft import build_craft
from geometry.craft import parameters as parts
from geometry.design import schema
from geometry.environment import EarthShape, Environment
from geometry.ephemeris import parse_utc
from geometry.mesh.optics import COATINGS, UNCOATED, OpticalProperties
from geometry.orbit import Flown, FlownDesign, sun_side
from geometry.orbit import parameters as flight
from geometry.orbit.ground_track import repeat_altitude_m

HOUR_S = 3600.0
DAY_S = 86_400.0


@dataclass(frozen=True)
class RadiationSettings:
    """How hard to cast: standard error to reach, seed, most rays."""

    tolerance: float = 1e-3
    seed: int = 1
    max_rays: int = 100_000_000


@dataclass(frozen=True, eq=False)
class Design:
    """One design, validated, in SI; made by `load_design`, changed by loading again.

    Attributes
    ----------
    name : str
    case : {"nominal", "hot", "cold"}
    epoch_utc : datetime64[us]
    orbit, attitude, ring, environment, craft
        Parameters of the rooms below, SI.
    radiation : RadiationSettings
    launch_mass_kg : float
        Mass to orbit per launch, kg.
    render : dict
        `[render]`, untouched.
    document : DesignFile
        What was read, in human units.
    """

    name: str
    case: str
    epoch_utc: np.datetime64
    orbit: flight.Orbit
    attitude: flight.Attitude
    ring: flight.Ring
    environment: Environment
    craft: parts.CraftParameters
    radiation: RadiationSettings
    launch_mass_kg: float
    render: dict[str, Any]
    document: schema.DesignFile
    folder: Path

    def at_ltan(self, ltan_s: float) -> Design:
        """The same design on the sun-synchronous orbit of another local time (its craft mirrored to suit)."""
        if not isinstance(self.orbit, flight.SunSynchronousOrbit):
            raise ValueError("only a sun_synchronous orbit has a local time to change")
        moved = replace(
            self, orbit=replace(self.orbit, ltan_s=ltan_s), ring=replace(self.ring, ltan_list_s=())
        )
        return replace(moved, craft=_craft(self.document, _nadir_side(moved), self.case, self.folder))

    def of_member(self, satellite: int) -> Design:
        """The design as one member flies it: its craft with the nadir edge on the side of its own orbit.

        Members of rings of several local times, of planes spread across the Sun or of a file of elements
        stand on either side of it.
        """
        side = _nadir_side(self, satellite)
        return replace(self, craft=_craft(self.document, side, self.case, self.folder))


def design_from_file(document: schema.DesignFile, case: str = "nominal", folder: Path = Path()) -> Design:
    """SI dataclasses from a checked file; relative paths in it start at `folder`."""
    epoch = parse_utc(document.epoch.start_utc)
    path = _orbit(document.orbit, folder)
    attitude = _attitude(document.attitude)
    ring = _ring(document.ring)
    environment = _environment(document.environment, case)
    flown = Flown(path, attitude, ring, environment, epoch)
    craft = _craft(document, _nadir_side(flown), case, folder)
    radiation = document.radiation
    return Design(
        name=document.name,
        case=case,
        epoch_utc=epoch,
        orbit=_with_drag(document, flown, craft),
        attitude=attitude,
        ring=ring,
        environment=environment,
        craft=craft,
        radiation=RadiationSettings(radiation.tolerance, radiation.seed, radiation.max_rays),
        launch_mass_kg=1000.0 * document.launch.mass_t,
        render=dict(document.render),
        document=document,
        folder=folder,
    )


def _nadir_side(flown: FlownDesign, satellite: int = 0) -> int:
    """+1 where the body's +Y looks to nadir, -1 where -Y does (docs/system.md, frames and attitude)."""
    z, x = flown.attitude.z_body_rth, flown.attitude.x_body_rth
    if z is not None and x is not None:
        return -1 if float(np.cross(z, x)[0]) > 0 else 1
    return int(sun_side(flown, satellites=[satellite])[0])


def _orbit(section: schema.Orbit, folder: Path) -> flight.Orbit:
    inclination = None if section.inclination_deg is None else radians(section.inclination_deg)
    if section.type == "keplerian":
        return flight.KeplerianOrbit(
            semi_major_axis_m=1000.0 * (section.semi_major_axis_km or 0.0),
            eccentricity=section.eccentricity,
            inclination_rad=inclination or 0.0,
            raan_rad=radians(section.raan_deg),
            argument_of_perigee_rad=radians(section.argument_of_perigee_deg),
            mean_anomaly_rad=radians(section.mean_anomaly_deg),
        )
    if section.type == "elements":
        return flight.ElementsOrbit(folder / (section.file or ""))
    altitude_m = 1000.0 * section.altitude_km
    if section.repeat_orbits is not None and section.repeat_days is not None:
        altitude_m = repeat_altitude_m(section.repeat_orbits, section.repeat_days, inclination)
    return flight.SunSynchronousOrbit(
        altitude_m=altitude_m,
        ltan_s=HOUR_S * section.ltan_h,
        inclination_rad=inclination,
        propagation=section.propagation,
    )


def _with_drag(document: schema.DesignFile, flown: Flown, craft: parts.CraftParameters) -> flight.Orbit:
    """The orbit with the decay that is given, or that of the craft itself."""
    section = document.orbit
    if section.drag == "none" or not isinstance(flown.orbit, flight.SunSynchronousOrbit):
        return flown.orbit
    if section.decay_m_day is not None:
        decay_m_s = section.decay_m_day / DAY_S
    else:
        from geometry.air.decay import own_decay_m_s  # rays: only where they are asked for

        built = build_craft(craft)
        decay_m_s = own_decay_m_s(flown, built, section.solar_activity, seed=document.radiation.seed)
    return replace(flown.orbit, decay_m_s=decay_m_s, solar_activity=section.solar_activity)


def _attitude(section: schema.Attitude) -> flight.Attitude:
    z, x = section.z_body_rth, section.x_body_rth
    if z is None or x is None:
        return flight.Attitude(section.law)
    return flight.Attitude(section.law, (z[0], z[1], z[2]), (x[0], x[1], x[2]))


def _ring(section: schema.Ring) -> flight.Ring:
    return flight.Ring(
        satellites_per_plane=section.satellites_per_plane,
        planes=section.planes,
        raan_spread_rad=radians(section.raan_spread_deg),
        altitude_spread_m=1000.0 * section.altitude_spread_km,
        phase_step_rad=radians(section.phase_step_deg),
        ltan_list_s=tuple(HOUR_S * h for h in section.ltan_list_h),
    )


# Hot and cold cases of docs/system.md: Sun distance in au, albedo, infrared exitance in W/m^2.
CASES = {"nominal": None, "hot": (0.983, 0.35, 258.0), "cold": (1.017, 0.25, 218.0)}


def _environment(section: schema.Environment, case: str) -> Environment:
    shape = EarthShape()
    if section.earth_shape == "sphere":
        radius = EARTH_MEAN_RADIUS_M if section.earth_radius_km is None else 1000.0 * section.earth_radius_km
        shape = EarthShape(radius, 0.0)
    nominal = Environment(
        solar_constant_w_m2=section.solar_constant_w_m2,
        solar_distance=section.solar_distance,
        earth_infrared_w_m2=section.earth_infrared_w_m2,
        earth_albedo=section.earth_albedo,
        earth_model=section.earth_model,
        earth_shape=shape,
    )
    extreme = CASES[case]
    if extreme is None:
        return nominal
    distance_au, albedo, infrared = extreme
    return replace(
        nominal,
        solar_constant_w_m2=section.solar_constant_w_m2 / distance_au**2,
        solar_distance="1au",
        earth_albedo=albedo,
        earth_infrared_w_m2=infrared,
        earth_model="uniform",
    )


def _craft(document: schema.DesignFile, nadir_side: int, case: str, folder: Path) -> parts.CraftParameters:
    aged = document.craft.solar_absorptance_end_of_life if case == "hot" else 0.0

    def optics(base: str, **changes: float | None) -> OpticalProperties:
        values = {name: value for name, value in changes.items() if value is not None}
        properties = replace(COATINGS[base], **values)  # type: ignore[arg-type]
        return replace(properties, solar_absorptance=min(1.0, properties.solar_absorptance + aged))

    array = _solar_array(document.solar_array, optics)
    kind = document.craft.type
    if kind == "panel_module":
        return parts.PanelModule(_module(document.module), array)
    if kind == "gpu_sheet":
        return parts.GpuSheet(
            document.sheet.columns_x,
            document.sheet.rows_y,
            _module(document.module),
            array,
            _bus(document.bus, optics),
        )
    if kind == "mesh":
        return _mesh_craft(document.craft, optics, folder)
    radiator = document.radiator
    return parts.SolarSlice(
        bus=_bus(document.bus, optics),
        solar_array=array,
        module=_module(document.module),
        earth_shield=_earth_shield(document.earth_shield, nadir_side, optics),
        radiator=parts.Radiator(
            wings=radiator.wings,
            length_y_m=radiator.length_y_m,
            depth_z_m=radiator.depth_z_m,
            areal_mass_kg_m2=radiator.areal_mass_kg_m2,
            optics=optics(
                "white_paint",
                solar_absorptance=radiator.solar_absorptance,
                infrared_emittance=radiator.infrared_emittance,
            ),
        ),
    )


def _bus(section: schema.Bus, optics: Any) -> parts.Bus:
    plain = section.model_dump(exclude_none=True)
    coatings = {k: plain.pop(k) for k in tuple(plain) if k.startswith(("front_", "sides_", "radiator_"))}
    return parts.Bus(
        **plain,
        front=optics(coatings.get("front_coating", "white_paint")),
        sides=optics(coatings.get("sides_coating", "mli_gold")),
        radiator=optics(
            coatings.get("radiator_coating", "white_paint"),
            solar_absorptance=section.radiator_solar_absorptance,
            infrared_emittance=section.radiator_infrared_emittance,
        ),
    )


def _solar_array(section: schema.SolarArray, optics: Any) -> parts.SolarArray:
    return parts.SolarArray(
        wings=section.wings,
        modules_per_wing=section.modules_per_wing,
        wing_axis=section.wing_axis,
        root_gap_m=section.root_gap_m,
        module_gap_m=section.module_gap_m,
        areal_mass_kg_m2=section.areal_mass_kg_m2,
        cells=parts.SolarCells(
            section.cell_efficiency_28c,
            section.packing,
            section.harness_efficiency,
            -section.efficiency_loss_per_k,
        ),
        front=optics(
            "solar_cell",
            solar_absorptance=section.front_solar_absorptance,
            infrared_emittance=section.front_infrared_emittance,
        ),
        back=optics(
            "array_back",
            solar_absorptance=section.back_solar_absorptance,
            infrared_emittance=section.back_infrared_emittance,
        ),
    )


def _module(section: schema.Module) -> parts.Module:
    return parts.Module(
        length_x_m=section.length_x_m,
        width_y_m=section.width_y_m,
        cell_columns=section.cell_columns,
        cell_rows=section.cell_rows,
        layers=tuple(
            parts.Layer(layer.name, 1e-6 * layer.thickness_um, layer.density_kg_m3) for layer in section.layer
        ),
        compute=parts.ModuleCompute(**section.compute.model_dump()),
    )


def _earth_shield(section: schema.EarthShield, nadir_side: int, optics: Any) -> parts.EarthShield:
    sides = {"nadir": nadir_side, "zenith": -nadir_side, "+y": 1, "-y": -1, "none": 0}
    return parts.EarthShield(
        side_y=sides[section.side],
        depth_m=section.depth_m,
        width_m=section.width_m,
        cant_rad=radians(section.cant_deg),
        areal_mass_kg_m2=section.areal_mass_kg_m2,
        outer=optics(
            "mli_outer",
            solar_absorptance=section.outer_solar_absorptance,
            infrared_emittance=section.outer_emittance,
            solar_specularity=section.outer_specularity,
            infrared_specularity=section.outer_specularity,
        ),
        effective_emittance=section.effective_emittance,
    )


def _mesh_craft(section: schema.Craft, optics: Any, folder: Path) -> parts.MeshCraft:
    surfaces = tuple(
        parts.MeshSurface(
            name=s.name,
            optics=_mesh_optics(s, optics),
            two_sided=s.two_sided,
            heat_capacity_j_m2_k=s.heat_capacity_j_m2_k,
        )
        for s in section.surface
    )
    return parts.MeshCraft(
        file=str(folder / (section.file or "")),
        metres_per_unit=0.001 if section.unit == "mm" else 1.0,
        mass_kg=section.mass_kg,
        surfaces=surfaces,
        force=section.force,
    )


def _mesh_optics(section: schema.MeshSurface, optics: Any) -> OpticalProperties:
    """Of an entry: its coating, numbers of its own on black where it names none, or nothing at all."""
    values = {
        "solar_absorptance": section.solar_absorptance,
        "infrared_emittance": section.infrared_emittance,
        "solar_specularity": section.solar_specularity,
        "infrared_specularity": section.infrared_specularity,
    }
    made: OpticalProperties = optics(section.coating or "black", **values)
    if section.coating:
        return made
    given = any(value is not None for value in values.values())
    return replace(made, coating="custom" if given else UNCOATED.coating)
