"""What a design says about a craft: SI, one frozen dataclass per part.

Body frame: +Z outward normal of the cell face, +X leading edge, +Y = Z x X.
Masses are what `mass_properties` sums; coatings are what the surfaces of the mesh carry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from geometry.mesh.optics import COATINGS, OpticalProperties
from geometry.validation import check_choice, check_in_range

Detail = Literal["light", "rich"]


def _check(owner: object, low: float, high: float, *names: str) -> None:
    for name in names:
        check_in_range(getattr(owner, name), low, high, name=name)


@dataclass(frozen=True)
class SolarCells:
    """The power chain from light to the module's terminals.

    Power at 28 C = irradiance x area x efficiency_28c x packing x harness; it falls by
    `temperature_coefficient_per_k` of itself per kelvin above 28 C (the coefficient is negative).
    """

    efficiency_28c: float = 0.245
    packing: float = 0.95
    harness_efficiency: float = 0.97
    temperature_coefficient_per_k: float = -0.0035

    def __post_init__(self) -> None:
        _check(self, 0.0, 1.0, "efficiency_28c", "packing", "harness_efficiency")
        _check(self, -0.05, 0.0, "temperature_coefficient_per_k")


@dataclass(frozen=True)
class Bus:
    """A box; its -Z face is the bus radiator, GPUs stand in a bank on the zenith edge."""

    length_x_m: float = 6.40
    width_y_m: float = 2.70
    height_z_m: float = 0.30
    structure_mass_kg: float = 600.0
    power_electronics_mass_kg: float = 200.0
    propulsion_mass_kg: float = 90.0
    propellant_mass_kg: float = 50.0
    gpus: int = 200
    gpu_mass_kg: float = 1.5
    laser_terminals: int = 4
    laser_terminal_mass_kg: float = 15.0
    thrusters: int = 4
    thruster_mass_kg: float = 3.0
    front: OpticalProperties = COATINGS["white_paint"]
    sides: OpticalProperties = COATINGS["mli_gold"]
    radiator: OpticalProperties = COATINGS["white_paint"]

    def __post_init__(self) -> None:
        _check(self, 1e-2, 1e3, "length_x_m", "width_y_m", "height_z_m")
        _check(
            self,
            0.0,
            1e6,
            "structure_mass_kg",
            "power_electronics_mass_kg",
            "propulsion_mass_kg",
            "propellant_mass_kg",
            "gpu_mass_kg",
            "laser_terminal_mass_kg",
            "thruster_mass_kg",
        )
        _check(self, 0, 100_000, "gpus")
        _check(self, 0, 16, "laser_terminals", "thrusters")


@dataclass(frozen=True)
class Layer:
    """One layer of a module's stack, front to back; mass per area = thickness x density."""

    name: str
    thickness_m: float
    density_kg_m3: float

    def __post_init__(self) -> None:
        _check(self, 0.0, 0.1, "thickness_m")
        _check(self, 0.0, 3e4, "density_kg_m3")


@dataclass(frozen=True)
class ModuleCompute:
    """Electronics on the back of a module: `gpus` large packages, or `chips` small ones instead."""

    gpus: int = 0
    gpu_power_w: float = 700.0
    host_power_w: float = 0.0
    chips: int = 0
    chip_power_w: float = 7.0
    chips_areal_mass_kg_m2: float = 0.0
    converters_areal_mass_kg_m2: float = 0.0
    booms_areal_mass_kg_m2: float = 0.0

    def __post_init__(self) -> None:
        _check(self, 0, 1000, "gpus")
        _check(self, 0, 100_000, "chips")
        _check(self, 0.0, 1e6, "gpu_power_w", "host_power_w", "chip_power_w")
        _check(
            self,
            0.0,
            100.0,
            "chips_areal_mass_kg_m2",
            "converters_areal_mass_kg_m2",
            "booms_areal_mass_kg_m2",
        )
        if self.gpus and self.chips:
            raise ValueError(
                f"a module carries gpus or chips, not both: got gpus={self.gpus}, chips={self.chips}"
            )


MODULE_LAYERS: tuple[Layer, ...] = (
    Layer("cover_glass", 50e-6, 2600.0),  # ceria-doped borosilicate [Qioptiq]
    Layer("adhesive_front", 25e-6, 1080.0),  # silicone [Dow93-500]
    Layer("silicon_cell", 60e-6, 2329.0),  # [CRC]
    Layer("adhesive_back", 25e-6, 1080.0),
    Layer("polyimide", 25e-6, 1420.0),  # [DuPontHN]
    Layer("copper", 10e-6, 8960.0),  # equivalent of the conductors [CRC]
    Layer("graphite_spreader", 100e-6, 1700.0),  # design value: pyrolytic sheets are 0.85 to 2.1 g/cm3
    Layer("coating", 25e-6, 1400.0),  # design value: white paint
)
"""The thin module's stack, front to back: 0.654 kg/m^2."""


@dataclass(frozen=True)
class Module:
    """One rectangular solar module: a sheet with cells in front."""

    length_x_m: float = 6.40
    width_y_m: float = 3.125
    cell_columns: int = 32
    cell_rows: int = 15
    layers: tuple[Layer, ...] = ()
    compute: ModuleCompute = field(default_factory=ModuleCompute)

    def __post_init__(self) -> None:
        _check(self, 1e-2, 1e3, "length_x_m", "width_y_m")
        _check(self, 1, 1000, "cell_columns", "cell_rows")

    @property
    def area_m2(self) -> float:
        """Area of one face, m^2."""
        return self.length_x_m * self.width_y_m


@dataclass(frozen=True)
class SolarArray:
    """Wings of modules along one body axis, in the z = 0 plane of the cell face.

    Modules follow each other by their `width_y_m`; a wing along X is the wing along Y turned about Z.
    `boom_mass_kg` is that of each boom, where `areal_mass_kg_m2` does not hold it already.
    `areal_mass_kg_m2` is used where the module has no layers; otherwise layers and compute rule.
    """

    wings: int = 2
    modules_per_wing: int = 11
    wing_axis: Literal["x", "y"] = "y"
    root_gap_m: float = 0.5
    module_gap_m: float = 0.0
    areal_mass_kg_m2: float = 1.5
    boom_mass_kg: float = 0.0
    cells: SolarCells = field(default_factory=SolarCells)
    front: OpticalProperties = COATINGS["solar_cell"]
    back: OpticalProperties = COATINGS["array_back"]

    def __post_init__(self) -> None:
        _check(self, 0, 2, "wings")
        _check(self, 1, 1000, "modules_per_wing")
        check_choice(self.wing_axis, ("x", "y"), name="wing_axis")
        _check(self, 0.0, 100.0, "root_gap_m", "module_gap_m", "areal_mass_kg_m2")
        _check(self, 0.0, 1e6, "boom_mass_kg")


@dataclass(frozen=True)
class EarthShield:
    """An MLI wall on one Y edge of the bus, standing out along -Z.

    `side_y` is +1 or -1 (resolved by the design from the nadir side), 0 for none.  `cant_rad` > 0
    tilts its far edge away from the bus.  Width None: as long as the bus.
    """

    side_y: int = 1
    depth_m: float = 3.0
    width_m: float | None = None
    cant_rad: float = 0.0
    areal_mass_kg_m2: float = 0.5
    outer: OpticalProperties = COATINGS["mli_outer"]
    effective_emittance: float = 0.02

    def __post_init__(self) -> None:
        if self.side_y not in (-1, 0, 1):
            raise ValueError(f"side_y must be -1, 0 or 1, got {self.side_y}")
        _check(self, 0.01, 1e3, "depth_m")
        if self.width_m is not None:
            _check(self, 0.01, 1e3, "width_m")
        _check(self, -1.5, 1.5, "cant_rad")
        _check(self, 0.0, 100.0, "areal_mass_kg_m2")
        _check(self, 0.0, 1.0, "effective_emittance")


@dataclass(frozen=True)
class Radiator:
    """Deployable two-sided radiators behind the bus, normal along X, edge-on to the Sun.

    `wings` panels evenly spaced along X from one bus end to the other (one: in the middle).
    """

    wings: int = 0
    length_y_m: float = 5.5
    depth_z_m: float = 12.5
    areal_mass_kg_m2: float = 4.0
    optics: OpticalProperties = COATINGS["white_paint"]

    def __post_init__(self) -> None:
        _check(self, 0, 20, "wings")
        _check(self, 0.01, 1e3, "length_y_m", "depth_z_m")
        _check(self, 0.0, 100.0, "areal_mass_kg_m2")


@dataclass(frozen=True)
class SolarSlice:
    """Bus and wings: the sun-slice satellite and its relatives (type "solar_slice")."""

    bus: Bus = field(default_factory=Bus)
    solar_array: SolarArray = field(default_factory=SolarArray)
    module: Module = field(default_factory=Module)
    earth_shield: EarthShield = field(default_factory=EarthShield)
    radiator: Radiator = field(default_factory=Radiator)


def thin_module() -> Module:
    """The module that carries its own compute: 8 GPUs of 700 W and their host, 1.064 kg/m^2 in all."""
    compute = ModuleCompute(
        gpus=8,
        host_power_w=400.0,
        chips_areal_mass_kg_m2=0.11,
        converters_areal_mass_kg_m2=0.15,
        booms_areal_mass_kg_m2=0.15,
    )
    return Module(layers=MODULE_LAYERS, compute=compute)


@dataclass(frozen=True)
class PanelModule:
    """One module that flies alone with its electronics (type "panel_module")."""

    module: Module = field(default_factory=thin_module)
    solar_array: SolarArray = field(default_factory=SolarArray)


@dataclass(frozen=True)
class GpuSheet:
    """Modules without limit on one small bus (type "gpu_sheet"): columns along X, rows along Y."""

    columns_x: int = 20
    rows_y: int = 250
    module: Module = field(default_factory=thin_module)
    solar_array: SolarArray = field(default_factory=SolarArray)
    bus: Bus = field(default_factory=lambda: Bus(gpus=0))

    def __post_init__(self) -> None:
        _check(self, 1, 1000, "columns_x", "rows_y")


@dataclass(frozen=True)
class MeshSurface:
    """Coating and sides of the surfaces of a mesh file whose names match `name` (a pattern)."""

    name: str
    optics: OpticalProperties
    two_sided: bool = False
    heat_capacity_j_m2_k: float | None = None


@dataclass(frozen=True)
class MeshCraft:
    """A craft from a mesh file (type "mesh"); surfaces matched by no pattern are uncoated."""

    file: str
    metres_per_unit: float = 1.0
    mass_kg: float | None = None
    surfaces: tuple[MeshSurface, ...] = ()
    force: bool = False


CraftParameters = SolarSlice | PanelModule | GpuSheet | MeshCraft
