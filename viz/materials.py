"""What coatings look like: a `Material` for each, and the shader that lights it.

The shader is a metallic-roughness model with a clear coat [Walter2007, Karis2013], lit by the Sun's disc
and by the `Surroundings` of the craft; both are weighed by the shares that `shadows` has baked into the
mesh.  It writes linear radiance; the renderer exposes and tones it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkDataObject, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from geometry.mesh.optics import OpticalProperties
from geometry.validation import FloatArray
from viz.camera import Camera
from viz.scene import Material, Scene
from viz.surroundings import (
    ROUGHNESSES,
    SOFT_ROWS,
    Surroundings,
    rotation_horizon_from_gcrs,
    surroundings,
    uniform_surroundings,
)
from viz.textures import PATTERNS, SLOPE_RANGE, surface_texture

SUN_LOBE = 0.0046
"""Half angle of the Sun's disc, rad: no glint is sharper."""


HORIZON_ROWS = ("horizonX", "horizonY", "horizonZ")  # a matrix as one uniform ends the process in VTK 9.7


@dataclass(frozen=True)
class Finish:
    """What a pattern adds to its pictures.

    Parameters
    ----------
    period_m : float or None
        Length of one repeat on the craft; None: laid by cell or by lid.
    reflectance : tuple of 3 float
        Mirror reflectance at normal incidence of what is no metal.
    coat : float
        Strength of the clear coat.
    spread : float
        Brightness differs from repeat to repeat by up to this share.
    tilt_rad : float
        And the surface's tilt by this angle.
    wave_rad : float
        Slow waviness of a thin sheet.
    """

    period_m: float | None
    reflectance: tuple[float, float, float] = (0.04, 0.04, 0.04)
    coat: float = 0.0
    spread: float = 0.0
    tilt_rad: float = 0.0
    wave_rad: float = 0.0


FINISHES: dict[str, Finish] = {
    # an anti-reflective coat turns silicon deep blue; cover glass lies over it
    "solar_cell": Finish(None, (0.012, 0.026, 0.085), 1.0, 0.22, 0.0035, 0.006),
    "array_back": Finish(None, spread=0.03, tilt_rad=0.002, wave_rad=0.008),
    "mli_gold": Finish(0.9),
    "mli_outer": Finish(1.6, wave_rad=0.01),
    "white_paint": Finish(1.6, wave_rad=0.002),
    "aluminium": Finish(0.4),
    "graphite": Finish(0.8, wave_rad=0.006),
    "black_anodised": Finish(0.15),
    "gpu_lid": Finish(None),
    "copper": Finish(0.3),
    "ceramic": Finish(0.2),
}
"""By pattern; every pattern of `textures.PATTERNS` has one."""


@cache
def coating_materials() -> Mapping[str, Material]:
    """The material of every named coating; patterned ones have the mean colour of their pattern."""
    patterned = {
        name: Material(
            surface_texture(name).mean_color,
            float(surface_texture(name).base[..., 3].mean() / 255.0),
            float(surface_texture(name).detail[..., 3].mean() / 255.0),
            FINISHES[name].coat,
            pattern=name,
        )
        for name in PATTERNS
    }
    return patterned | {
        "black": Material((0.004, 0.004, 0.004), 0.0, 0.9),
        "black_paint": Material((0.012, 0.012, 0.013), 0.0, 0.55),
        "optics": Material((0.004, 0.003, 0.010), 0.0, 0.04, 1.0, pattern="optics"),
    }


def material_of(optics: OpticalProperties) -> Material:
    """The material of a coating; one without a known name is grey as its absorptance says."""
    known = coating_materials()
    if optics.coating in known:
        return known[optics.coating]
    grey = 1.0 - optics.solar_absorptance
    mirror = optics.solar_specularity
    return Material((0.95 * grey,) * 3, min(1.0, 1.5 * mirror), 0.65 - 0.5 * mirror)


# ------------------------------------------------------------------ light


@dataclass(frozen=True, eq=False)
class Lighting:
    """The light on a craft.

    Parameters
    ----------
    sun_direction_gcrs : array (3,)
    sun_color : tuple of 3 float
        1 in full sunlight; reddened and dimmed in penumbra.
    surroundings : Surroundings
    rotation_horizon_from_gcrs : array (3, 3)
        Into the frame of the surroundings.
    """

    sun_direction_gcrs: NDArray[Any]
    sun_color: tuple[float, float, float]
    surroundings: Surroundings
    rotation_horizon_from_gcrs: NDArray[Any]


def scene_lighting(scene: Scene, position_gcrs_m: FloatArray) -> Lighting:
    """The light at a place of a scene: the Earth's where it has one, and its even fill."""
    if scene.earth is None:
        up = scene.camera.view_up / np.linalg.norm(scene.camera.view_up)
        sky = uniform_surroundings(scene.ambient)
    else:
        distance = float(np.linalg.norm(position_gcrs_m))
        up = position_gcrs_m / distance
        elevation = float(np.arcsin(np.clip(up @ scene.sun_direction_gcrs, -1.0, 1.0)))
        sky = surroundings(distance, elevation, scene.ambient)
    rotation = rotation_horizon_from_gcrs(up, scene.sun_direction_gcrs)
    return Lighting(scene.sun_direction_gcrs, (1.0, 1.0, 1.0), sky, rotation)


def dress(actor: vtkActor, mapper: Any, polydata: vtkPolyData, material: Material, valued: bool) -> None:
    """Give an actor its material: textures, shader and uniforms that do not change with the view.

    `valued` actors show the colours of their points as they are.
    """
    shader = actor.GetShaderProperty()
    if valued:
        actor.GetProperty().LightingOff()
        return
    data = polydata.GetPointData()
    baked = isinstance(mapper, vtkPolyDataMapper) and data.GetArray("sunlight") is not None
    laid = data.GetTCoords() is not None and material.pattern in PATTERNS
    if data.GetTCoords() is None:  # VTK declares no texture without them
        data.SetTCoords(numpy_to_vtk(np.zeros((polydata.GetNumberOfPoints(), 2), np.float32), deep=1))
    if baked:
        for name in ("sunlight", "ambient"):
            mapper.MapDataArrayToVertexAttribute(
                f"{name}MC", name, vtkDataObject.FIELD_ASSOCIATION_POINTS, -1
            )
    if laid:
        base, detail = _pattern_textures(str(material.pattern))
        actor.GetProperty().SetTexture("patternBase", base)
        actor.GetProperty().SetTexture("patternDetail", detail)
    finish = FINISHES.get(str(material.pattern), Finish(None))
    if material.pattern == "optics":
        finish = Finish(None, (0.16, 0.035, 0.24), 1.0)
    shader.AddVertexShaderReplacement("//VTK::Normal::Dec", True, _vertex_head(baked), False)
    shader.AddVertexShaderReplacement("//VTK::Normal::Impl", True, _vertex_body(baked), False)
    shader.AddFragmentShaderReplacement("//VTK::Picking::Dec", True, _fragment_head(baked), False)
    shader.AddFragmentShaderReplacement("//VTK::TCoord::Impl", True, "\n", False)
    shader.AddFragmentShaderReplacement("//VTK::Light::Impl", True, _fragment_body(laid), False)
    uniforms = shader.GetFragmentCustomUniforms()
    uniforms.SetUniform3f("paintColor", material.base_color)
    uniforms.SetUniform3f("emission", material.emission)
    uniforms.SetUniform3f("reflectance", finish.reflectance)
    uniforms.SetUniform4f("paint", (material.metallic, material.roughness, material.clear_coat, 0.0))
    uniforms.SetUniform4f("finish", (finish.spread, finish.tilt_rad, finish.wave_rad, 0.0))


def light_actor(actor: vtkActor, lighting: Lighting, camera: Camera) -> None:
    """Set what changes with the view and the light on an actor that `dress` has prepared."""
    view = camera.rotation_camera_from_gcrs
    uniforms = actor.GetShaderProperty().GetFragmentCustomUniforms()
    uniforms.SetUniform3f("sunVC", [float(x) for x in view @ lighting.sun_direction_gcrs])
    uniforms.SetUniform3f("sunColor", lighting.sun_color)
    for name, row in zip(HORIZON_ROWS, lighting.rotation_horizon_from_gcrs @ view.T, strict=True):
        uniforms.SetUniform3f(name, [float(x) for x in row])
    sharp, soft = sky_textures(lighting.surroundings)
    actor.GetProperty().SetTexture("skySharp", sharp)
    actor.GetProperty().SetTexture("skySoft", soft)


# ------------------------------------------------------------------ pictures for VTK


def image_texture(pixels: NDArray[Any], *, srgb: bool = False, repeat: bool = True) -> vtkTexture:
    """A texture of VTK from pixels (rows, columns, C), the first row at the top; bytes or float32."""
    rows, columns, channels = pixels.shape
    image = vtkImageData()
    image.SetDimensions(columns, rows, 1)
    flat = np.ascontiguousarray(pixels[::-1]).reshape(-1, channels)
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=1))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.SetColorModeToDirectScalars()
    texture.SetUseSRGBColorSpace(srgb)
    texture.InterpolateOn()
    if pixels.dtype == np.uint8:
        texture.MipmapOn()
        texture.SetMaximumAnisotropicFiltering(16)
    texture.SetWrap(vtkTexture.Repeat if repeat else vtkTexture.ClampToEdge)
    return texture


@cache
def _pattern_textures(pattern: str) -> tuple[vtkTexture, vtkTexture]:
    drawn = surface_texture(pattern)
    return image_texture(drawn.base, srgb=True), image_texture(drawn.detail)


@lru_cache(maxsize=4)
def sky_textures(sky: Surroundings) -> tuple[vtkTexture, vtkTexture]:
    """The two maps; the soft ones stand one below the other."""
    soft = sky.soft.reshape(-1, *sky.soft.shape[2:])
    return image_texture(sky.sharp), image_texture(soft)


# ------------------------------------------------------------------ shader text


def _vertex_head(baked: bool) -> str:
    attributes = "in float sunlightMC;\nin float ambientMC;\nout vec2 sharesVS;\n" if baked else ""
    return "//VTK::Normal::Dec\n" + attributes


def _vertex_body(baked: bool) -> str:
    return "//VTK::Normal::Impl\n" + ("  sharesVS = vec2(sunlightMC, ambientMC);\n" if baked else "")


def _fragment_head(baked: bool) -> str:
    levels = ", ".join(f"{r:.4f}" for r in (0.0, *ROUGHNESSES))
    count = len(ROUGHNESSES) + 1
    return (
        "//VTK::Picking::Dec\n"
        + ("in vec2 sharesVS;\n" if baked else "const vec2 sharesVS = vec2(1.0);\n")
        + f"const float LEVELS[{count}] = float[{count}]({levels});\n"
        + f"const int COUNT = {count};\nconst float SOFT_ROWS = {SOFT_ROWS:.1f};\n"
        + f"const float SLOPE_RANGE = {SLOPE_RANGE:.4f};\nconst float SUN_LOBE = {SUN_LOBE:.5f};\n"
        + _FUNCTIONS
    )


def _fragment_body(laid: bool) -> str:
    return ("#define LAID\n" if laid else "") + _SHADE


_FUNCTIONS = """
const float PI = 3.14159265;

vec2 skyPlace(vec3 direction) {
  vec3 d = vec3(dot(horizonX, direction), dot(horizonY, direction), dot(horizonZ, direction));
  return vec2(atan(d.y, d.x) / (2.0 * PI) + 0.5, acos(clamp(d.z, -1.0, 1.0)) / PI);
}

vec3 softSky(vec2 place, int level) {
  float row = clamp(place.y, 0.5 / SOFT_ROWS, 1.0 - 0.5 / SOFT_ROWS);
  return textureLod(skySoft, vec2(place.x, 1.0 - (float(level) + row) / float(COUNT)), 0.0).rgb;
}

// radiance that a lobe of this roughness gathers about a direction
vec3 mirrored(vec3 direction, float roughness) {
  vec2 place = skyPlace(direction);
  vec3 low = textureLod(skySharp, vec2(place.x, 1.0 - place.y), 0.0).rgb;
  for (int k = 1; k < COUNT; ++k) {
    float share = clamp((roughness - LEVELS[k - 1]) / (LEVELS[k] - LEVELS[k - 1]), 0.0, 1.0);
    if (share <= 0.0) break;
    low = mix(low, softSky(place, k - 1), share);
  }
  return low;
}

// [Karis2014] fit of the lobe's integral: scale and bias of the reflectance at normal incidence
vec2 lobeIntegral(float roughness, float nv) {
  vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
  float a = min(r.x * r.x, exp2(-9.28 * nv)) * r.x + r.y;
  return vec2(-1.04, 1.04) * a + r.zw;
}

// GGX lobe of the Sun's disc, times pi: the light of a white diffuse surface is the unit
float sunLobe(vec3 n, vec3 v, vec3 l, float roughness, out float vh) {
  vec3 h = normalize(v + l);
  float nl = max(dot(n, l), 0.0), nv = max(dot(n, v), 1e-3), nh = max(dot(n, h), 0.0);
  vh = max(dot(v, h), 0.0);
  float a = roughness * roughness + 0.5 * SUN_LOBE, a2 = a * a;
  float d = nh * nh * (a2 - 1.0) + 1.0;
  float smith = nl * sqrt(nv * nv * (1.0 - a2) + a2) + nv * sqrt(nl * nl * (1.0 - a2) + a2);
  return a2 / (d * d) * 0.5 * nl / max(smith, 1e-5);
}

float hash(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * vec3(0.1031, 0.1030, 0.0973));
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}
"""

_SHADE = """
{
  vec3 toEye = normalize(-vertexVC.xyz);
  vec3 normal = normalize(normalVCVSOutput);
  vec3 base = paintColor;
  float metal = paint.x, rough = paint.y, coat = paint.z, grain = 0.0;
  vec3 smoothNormal = normal;
#ifdef LAID
  vec2 uv = tcoordVCVSOutput;
  vec4 picture = texture(patternBase, uv);
  vec4 detail = texture(patternDetail, uv);
  base = picture.rgb;
  metal = picture.a;
  rough = detail.a;
  vec2 slope = (detail.rg * 255.0 - 128.0) / 127.0 * SLOPE_RANGE;
  grain = max(detail.b * SLOPE_RANGE * SLOPE_RANGE - dot(slope, slope), 0.0);
  vec2 id = floor(uv);
  float far = clamp(1.6 - 2.0 * max(length(dFdx(uv)), length(dFdy(uv))), 0.0, 1.0);
  base *= 1.0 + finish.x * (2.0 * hash(id) - 1.0) * (1.0 - metal) * far;
  vec2 tilt = finish.y * (vec2(hash(id + 17.0), hash(id + 71.0)) * 2.0 - 1.0) * far;
  tilt += finish.z * vec2(sin(0.61 * uv.x + 1.3 * sin(0.37 * uv.y)), sin(0.53 * uv.y + 1.7 * sin(0.29 * uv.x)));
  // directions along which the coordinates grow
  vec3 px = dFdx(vertexVC.xyz), py = dFdy(vertexVC.xyz);
  vec2 ux = dFdx(uv), uy = dFdy(uv);
  vec3 across = cross(py, normal), down = cross(normal, px);
  vec3 tu = across * ux.x + down * uy.x, tv = across * ux.y + down * uy.y;
  tu /= max(length(tu), 1e-12);
  tv /= max(length(tv), 1e-12);
  smoothNormal = normalize(normal - tilt.x * tu - tilt.y * tv);
  normal = normalize(smoothNormal - slope.x * tu - slope.y * tv);
#endif
  // a normal that leans away from the eye is folded back to grazing
  float lean = dot(normal, toEye);
  if (lean < 0.02) normal = normalize(normal + (0.02 - lean) * toEye);
  float nv = clamp(dot(normal, toEye), 1e-3, 1.0);
  rough = sqrt(sqrt(clamp(pow(max(rough, 0.02), 4.0) + min(grain, 0.25), 0.0, 1.0)));
  float sunShare = sharesVS.x, skyShare = sharesVS.y;
  vec3 f0 = mix(reflectance, base, metal);
  vec3 diffuse = base * (1.0 - metal);
  vec2 integral = lobeIntegral(rough, nv);
  vec3 mirrorShare = f0 * integral.x + integral.y;
  float vh;
  float lobe = sunLobe(normal, toEye, sunVC, rough, vh);
  vec3 fresnel = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);
  float facing = smoothstep(-0.02, 0.02, dot(normalize(normalVCVSOutput), sunVC));
  vec3 sun = sunColor * sunShare * facing;
  vec3 light = sun * max(dot(normal, sunVC), 0.0) + skyShare * softSky(skyPlace(normal), COUNT - 1);
  vec3 radiance = diffuse * (1.0 - mirrorShare) * light + sun * fresnel * lobe;
  float seen = clamp(pow(nv + skyShare, exp2(-16.0 * rough - 1.0)) - 1.0 + skyShare, 0.0, 1.0);
  radiance += mirrorShare * seen * mirrored(reflect(-toEye, normal), rough);
  if (coat > 0.0) {
    float cv = clamp(dot(smoothNormal, toEye), 1e-3, 1.0), ch;
    float coatLobe = sunLobe(smoothNormal, toEye, sunVC, 0.06, ch);
    float share = coat * (0.04 + 0.96 * pow(1.0 - cv, 5.0));
    radiance = radiance * (1.0 - share) + share * skyShare * mirrored(reflect(-toEye, smoothNormal), 0.05);
    radiance += sun * coat * (0.04 + 0.96 * pow(1.0 - ch, 5.0)) * coatLobe;
  }
  gl_FragData[0] = vec4(radiance + emission, 1.0);
}
"""
