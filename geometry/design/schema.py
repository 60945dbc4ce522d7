"""The design file as people write it: human units in the keys, checked section by section.

This is the one place where kilometres, degrees and hours live.  `geometry.design.convert`
turns a checked `DesignFile` into frozen SI dataclasses.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from geometry.ephemeris import parse_utc
from geometry.mesh.optics import COATINGS
from geometry.validation import unknown_word

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
HourOfDay = Annotated[float, Field(ge=0.0, lt=24.0)]
Vector = Annotated[list[float], Field(min_length=3, max_length=3)]


def _known_coating(name: str) -> str:
    if name not in COATINGS:
        raise ValueError(f"coating {unknown_word(name, COATINGS)}")
    return name


def _utc(text: str) -> str:
    parse_utc(text)
    return text


CoatingName = Annotated[str, AfterValidator(_known_coating)]


class Section(BaseModel):
    """A section: unknown keys, wrong kinds, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Epoch(Section):
    """When the elements hold and a run starts."""

    start_utc: Annotated[str, AfterValidator(_utc)] = "2027-03-20T12:00:00Z"


class Orbit(Section):
    """`sun_synchronous`, `keplerian` or `elements`; keys of the other types are refused."""

    type: Literal["sun_synchronous", "keplerian", "elements"] = "sun_synchronous"
    altitude_km: float = 560.0
    repeat_orbits: Annotated[int, Field(ge=1, le=10_000)] | None = None
    repeat_days: Annotated[int, Field(ge=1, le=1_000)] | None = None
    ltan_h: HourOfDay = 18.0
    propagation: Literal["analytic", "sgp4"] = "analytic"
    drag: Literal["none", "secular"] = "none"
    decay_m_day: Annotated[float, Field(gt=0.0, le=1e6)] | None = None
    solar_activity: Literal["solar_min", "mean", "solar_max"] = "mean"
    semi_major_axis_km: Positive | None = None
    eccentricity: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    inclination_deg: Annotated[float, Field(ge=0.0, le=180.0)] | None = None
    raan_deg: float = 0.0
    argument_of_perigee_deg: float = 0.0
    mean_anomaly_deg: float = 0.0
    file: str | None = None

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> Orbit:
        own = {
            "sun_synchronous": {
                "altitude_km",
                "repeat_orbits",
                "repeat_days",
                "ltan_h",
                "propagation",
                "inclination_deg",
                "drag",
                "decay_m_day",
                "solar_activity",
            },
            "keplerian": {
                "semi_major_axis_km",
                "eccentricity",
                "inclination_deg",
                "raan_deg",
                "argument_of_perigee_deg",
                "mean_anomaly_deg",
            },
            "elements": {"file"},
        }
        strangers = self.model_fields_set - own[self.type] - {"type"}
        if strangers:
            raise ValueError(
                f"type = {self.type!r} knows {', '.join(sorted(own[self.type]))}; "
                f"got {', '.join(sorted(strangers))}"
            )
        if (self.repeat_orbits is None) != (self.repeat_days is None):
            raise ValueError("repeat_orbits and repeat_days belong together: 175 orbits in 12 days")
        if self.repeat_orbits is not None and "altitude_km" in self.model_fields_set:
            raise ValueError(
                "repeat_orbits and repeat_days decide the altitude; leave out altitude_km, or leave out both"
            )
        of_drag = self.model_fields_set & {"decay_m_day", "solar_activity"}
        if self.drag == "none" and of_drag:
            raise ValueError(f"{', '.join(sorted(of_drag))} needs drag = 'secular', or leave it out")
        if self.type == "keplerian" and self.semi_major_axis_km is None:
            raise ValueError("type = 'keplerian' needs semi_major_axis_km")
        if self.type == "elements" and self.file is None:
            raise ValueError("type = 'elements' needs file, an OMM (.json, .csv) or TLE (.tle, .txt)")
        return self


class Attitude(Section):
    """How the craft is turned."""

    law: Literal["sun_pointing", "sun_slice_locked", "sun_slice_rolling", "lvlh_fixed"] = "sun_pointing"
    z_body_rth: Vector | None = None
    x_body_rth: Vector | None = None

    @model_validator(mode="after")
    def _axes_fit_the_law(self) -> Attitude:
        axes = (self.z_body_rth, self.x_body_rth)
        if self.law == "lvlh_fixed" and None in axes:
            raise ValueError("law = 'lvlh_fixed' needs z_body_rth and x_body_rth, three numbers each")
        if self.law != "lvlh_fixed" and axes != (None, None):
            raise ValueError(f"z_body_rth and x_body_rth belong to law = 'lvlh_fixed', not {self.law!r}")
        return self


class Environment(Section):
    """Sun and Earth."""

    solar_constant_w_m2: Annotated[float, Field(ge=0.0, le=1e5)] = 1361.0
    solar_distance: Literal["true", "1au"] = "true"
    earth_infrared_w_m2: Annotated[float, Field(ge=0.0, le=1e4)] = 237.0
    earth_albedo: Share = 0.30
    earth_model: Literal["uniform", "knocke1988"] = "uniform"
    earth_shape: Literal["ellipsoid", "sphere"] = "ellipsoid"
    earth_radius_km: Annotated[float, Field(ge=1000.0, le=10000.0)] | None = None

    @model_validator(mode="after")
    def _radius_needs_a_sphere(self) -> Environment:
        if self.earth_radius_km is not None and self.earth_shape != "sphere":
            raise ValueError("earth_radius_km belongs to earth_shape = 'sphere'")
        return self


class MeshSurface(Section):
    """Coating and sides of the surfaces whose names match a pattern."""

    name: str
    coating: CoatingName | None = None
    solar_absorptance: Share | None = None
    infrared_emittance: Share | None = None
    solar_specularity: Share | None = None
    infrared_specularity: Share | None = None
    two_sided: bool = False
    heat_capacity_j_m2_k: Positive | None = None


class Craft(Section):
    """Which craft, and for a mesh its file and surfaces."""

    type: Literal["solar_slice", "panel_module", "gpu_sheet", "mesh"] = "solar_slice"
    solar_absorptance_end_of_life: Share = 0.05
    file: str | None = None
    unit: Literal["m", "mm"] = "m"
    force: bool = False
    mass_kg: Positive | None = None
    surface: list[MeshSurface] = Field(default_factory=list)

    @model_validator(mode="after")
    def _mesh_has_a_file(self) -> Craft:
        if self.type == "mesh" and not self.file:
            raise ValueError("type = 'mesh' needs file, a mesh (.obj, .glb, .stl, .ply, .vtp)")
        if self.type != "mesh" and (self.file or self.surface):
            raise ValueError(f"file and surface belong to type = 'mesh', not {self.type!r}")
        return self


class Bus(Section):
    """The box in the middle."""

    length_x_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 6.40
    width_y_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 2.70
    height_z_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 0.30
    structure_mass_kg: NotNegative | None = None
    power_electronics_mass_kg: NotNegative | None = None
    propulsion_mass_kg: NotNegative | None = None
    propellant_mass_kg: NotNegative | None = None
    gpus: Annotated[int, Field(ge=0, le=100_000)] | None = None
    gpu_mass_kg: NotNegative | None = None
    laser_terminals: Annotated[int, Field(ge=0, le=16)] | None = None
    laser_terminal_mass_kg: NotNegative | None = None
    thrusters: Annotated[int, Field(ge=0, le=16)] | None = None
    thruster_mass_kg: NotNegative | None = None
    front_coating: CoatingName | None = None
    sides_coating: CoatingName | None = None
    radiator_coating: CoatingName | None = None
    radiator_solar_absorptance: Share | None = None
    radiator_infrared_emittance: Share | None = None


class SolarArray(Section):
    """Wings, cells and their optics."""

    wings: Annotated[int, Field(ge=0, le=2)] = 2
    modules_per_wing: Annotated[int, Field(ge=1, le=1000)] = 11
    wing_axis: Literal["x", "y"] = "y"
    root_gap_m: Annotated[float, Field(ge=0.0, le=100.0)] = 0.5
    module_gap_m: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    areal_mass_kg_m2: Annotated[float, Field(ge=0.0, le=100.0)] = 1.5
    cell_efficiency_28c: Share = 0.245
    packing: Share = 0.95
    harness_efficiency: Share = 0.97
    efficiency_loss_per_k: Annotated[float, Field(ge=0.0, le=0.05)] = 0.0035
    front_solar_absorptance: Share = 0.92
    front_infrared_emittance: Share = 0.85
    back_solar_absorptance: Share = 0.20
    back_infrared_emittance: Share = 0.90


class Compute(Section):
    """Electronics on the back of a module."""

    gpus: Annotated[int, Field(ge=0, le=1000)] = 0
    gpu_power_w: NotNegative = 700.0
    host_power_w: NotNegative = 0.0
    chips: Annotated[int, Field(ge=0, le=100_000)] = 0
    chip_power_w: NotNegative = 7.0
    chips_areal_mass_kg_m2: NotNegative = 0.0
    converters_areal_mass_kg_m2: NotNegative = 0.0
    booms_areal_mass_kg_m2: NotNegative = 0.0


class Layer(Section):
    """One layer of the stack, front to back."""

    name: str
    thickness_um: Annotated[float, Field(ge=0.0, le=1e5)]
    density_kg_m3: Annotated[float, Field(ge=0.0, le=3e4)]


class Module(Section):
    """One rectangular solar module."""

    length_x_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 6.40
    width_y_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 3.125
    cell_columns: Annotated[int, Field(ge=1, le=1000)] = 32
    cell_rows: Annotated[int, Field(ge=1, le=1000)] = 15
    compute: Compute = Field(default_factory=Compute)
    layer: list[Layer] = Field(default_factory=list)


class Sheet(Section):
    """How many modules a `gpu_sheet` has."""

    columns_x: Annotated[int, Field(ge=1, le=1000)] = 20
    rows_y: Annotated[int, Field(ge=1, le=1000)] = 250


class Radiator(Section):
    """Deployable two-sided radiators."""

    wings: Annotated[int, Field(ge=0, le=20)] = 0
    length_y_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 5.5
    depth_z_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 12.5
    areal_mass_kg_m2: Annotated[float, Field(ge=0.0, le=100.0)] = 4.0
    solar_absorptance: Share = 0.15
    infrared_emittance: Share = 0.90


class EarthShield(Section):
    """The MLI wall."""

    side: Literal["nadir", "zenith", "+y", "-y", "none"] = "nadir"
    depth_m: Annotated[float, Field(ge=0.01, le=1000.0)] = 3.0
    width_m: Annotated[float, Field(ge=0.01, le=1000.0)] | None = None
    cant_deg: Annotated[float, Field(ge=-80.0, le=80.0)] = 0.0
    areal_mass_kg_m2: Annotated[float, Field(ge=0.0, le=100.0)] = 0.5
    outer_solar_absorptance: Share = 0.12
    outer_emittance: Share = 0.03
    outer_specularity: Share = 0.9
    effective_emittance: Share = 0.02


class Ring(Section):
    """Members of the ring."""

    satellites_per_plane: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    planes: Annotated[int, Field(ge=1, le=100_000)] = 1
    raan_spread_deg: Annotated[float, Field(ge=0.0, le=360.0)] = 0.0
    altitude_spread_km: Annotated[float, Field(ge=-5000.0, le=5000.0)] = 0.0
    phase_step_deg: float = 0.0
    ltan_list_h: list[HourOfDay] = Field(default_factory=list)


class Payload(Section):
    """What the power is for."""

    bus_voltage_v: Positive = 120.0
    cable_loss_share: Share = 0.03
    cable_run_m: Positive | None = None
    gpu_power_w: Positive = 700.0
    overhead_share: Share = 0.0
    radiator_limit_k: Positive = 330.0
    chip_limit_k: Positive = 358.0
    eclipse_policy: Literal["shed", "battery"] = "shed"
    battery_wh_per_kg: Positive = 200.0
    depth_of_discharge: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5


class Network(Section):
    """How answers come home."""

    relay_altitude_km: Positive = 550.0
    min_elevation_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 25.0
    grazing_altitude_km: NotNegative = 80.0
    link_gbit_s: Positive = 100.0
    bytes_per_token: Positive = 4.0


class Launch(Section):
    """One launch."""

    mass_t: Positive = 100.0


class Economics(Section):
    """Money."""

    tokens_per_s: Positive = 13000.0
    joules_per_token: Positive | None = None
    price_usd_per_mtoken: NotNegative = 10.0
    capex_usd_per_kw: Positive = 50000.0
    utilisation: Share = 1.0
    life_years: Positive = 5.0
    discount_rate: Share = 0.10
    opex_share_per_year: Share = 0.0


class Radiation(Section):
    """How hard to cast."""

    tolerance: Annotated[float, Field(ge=1e-7, le=1.0)] = 1e-3
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    max_rays: Annotated[int, Field(ge=4096)] = 100_000_000


class DesignFile(Section):
    """The whole file."""

    schema_: Literal["dawnring/1"] = Field("dawnring/1", alias="schema")
    name: Annotated[str, Field(min_length=1, max_length=200)] = "design"
    epoch: Epoch = Field(default_factory=Epoch)
    orbit: Orbit = Field(default_factory=Orbit)
    attitude: Attitude = Field(default_factory=Attitude)
    environment: Environment = Field(default_factory=Environment)
    craft: Craft = Field(default_factory=Craft)
    bus: Bus = Field(default_factory=Bus)
    solar_array: SolarArray = Field(default_factory=SolarArray)
    module: Module = Field(default_factory=Module)
    sheet: Sheet = Field(default_factory=Sheet)
    radiator: Radiator = Field(default_factory=Radiator)
    earth_shield: EarthShield = Field(default_factory=EarthShield)
    ring: Ring = Field(default_factory=Ring)
    payload: Payload = Field(default_factory=Payload)
    network: Network = Field(default_factory=Network)
    launch: Launch = Field(default_factory=Launch)
    economics: Economics = Field(default_factory=Economics)
    claims: dict[str, float] = Field(default_factory=dict)
    radiation: Radiation = Field(default_factory=Radiation)
    render: dict[str, Any] = Field(default_factory=dict)
