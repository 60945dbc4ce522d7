"""Materials for VTK: textures and the shader that lights them.

The shader is a metallic-roughness model with a clear coat [Walter2007, Karis2013], lit by the Sun's disc
and by the `Surroundings` of the craft; both are weighed by the shares that `shadows` has baked into the
mesh.  It writes linear radiance; the renderer exposes and tones it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkDataObject, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from geometry.validation import FloatArray
from viz.camera import Camera
from viz.coatings import FINISHES, Finish
from viz.reflections import MOST, mirrored_parts
from viz.scene import Material, Scene
from viz.surroundings import ROUGHNESSES, SOFT_ROWS, Surroundings, surroundings
from viz.texture_drawing import SLOPE_RANGE
from viz.textures import PATTERNS, surface_texture

SUN_LOBE = 0.0046
"""Half angle of the Sun's disc, rad: no glint is sharper."""


POLISHED = 0.45
"""What is rougher does not mirror the craft's own parts."""

GCRS_ROWS = ("gcrsX", "gcrsY", "gcrsZ")  # a matrix as one uniform ends the process in VTK 9.7


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
    parts : array (K, 5, 3)
        Large flat parts that polished ones mirror, as `mirrored_parts` gives them.
    """

    sun_direction_gcrs: FloatArray
    sun_color: tuple[float, float, float]
    surroundings: Surroundings
    parts: FloatArray = field(default_factory=lambda: np.zeros((0, 5, 3)))


def scene_lighting(scene: Scene) -> Lighting:
    """The light on the meshes of a scene: the Sun, the sky about the first of them, and its own parts."""
    place = scene.meshes[0].position_gcrs_m if scene.meshes else scene.instances[0].position_gcrs_m[0]
    return lighting_at(scene, place)


def lighting_at(scene: Scene, place_gcrs_m: FloatArray) -> Lighting:
    """The light of a scene with the sky of a place, m, and what its meshes mirror of themselves."""
    sky = surroundings(scene, place_gcrs_m)
    parts = [mirrored_parts(m, scene.sun_direction_gcrs, scene.sunlight, sky) for m in scene.meshes]
    return Lighting(
        scene.sun_direction_gcrs, scene.sunlight, sky, np.concatenate([np.zeros((0, 5, 3)), *parts])[:MOST]
    )


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
    given = data.GetTCoords()  # kept polydata may have had the empty ones, below, before
    laid = given is not None and given.GetName() == "uv" and material.pattern in PATTERNS
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
    metal = surface_texture(str(material.pattern)).metal if laid else material.base_color
    finish = FINISHES.get(str(material.pattern), Finish(None))
    shader.AddVertexShaderReplacement("//VTK::Normal::Dec", True, _vertex_head(baked), False)
    shader.AddVertexShaderReplacement("//VTK::Normal::Impl", True, _vertex_body(baked), False)
    shader.AddFragmentShaderReplacement("//VTK::Picking::Dec", True, _fragment_head(baked), False)
    shader.AddFragmentShaderReplacement("//VTK::TCoord::Impl", True, "\n", False)
    body = _fragment_body(laid=laid, polished=material.roughness < POLISHED, by_block=finish.by_block)
    shader.AddFragmentShaderReplacement("//VTK::Light::Impl", True, body, False)
    uniforms = shader.GetFragmentCustomUniforms()
    uniforms.SetUniformf("fade", 1.0)
    uniforms.SetUniform3f("paintColor", material.base_color)
    uniforms.SetUniform3f("emission", material.emission)
    uniforms.SetUniform3f("reflectance", finish.reflectance)
    uniforms.SetUniform4f("paint", (material.metallic, material.roughness, material.clear_coat, 0.0))
    uniforms.SetUniform4f("finish", (finish.spread, finish.tilt_rad, finish.wave_rad, finish.block_tilt_rad))
    uniforms.SetUniform3f("metalColor", metal)
    uniforms.SetUniform2f("block", material.block)


def light_actors(actors: Iterable[vtkActor], lighting: Lighting, camera: Camera) -> None:
    """Set what changes with the view and the light on actors that `dress` has prepared."""
    view = camera.rotation_camera_from_gcrs
    sharp, soft = _sky_textures(lighting.surroundings)
    parts = _parts_texture(lighting.parts, camera.position_gcrs_m)
    for actor in actors:
        if not actor.GetProperty().GetLighting():
            continue
        uniforms = actor.GetShaderProperty().GetFragmentCustomUniforms()
        uniforms.SetUniform3f("sunVC", [float(x) for x in view @ lighting.sun_direction_gcrs])
        uniforms.SetUniform3f("sunColor", lighting.sun_color)
        uniforms.SetUniformi("partCount", len(lighting.parts))
        for name, row in zip(GCRS_ROWS, view.T, strict=True):
            uniforms.SetUniform3f(name, [float(x) for x in row])
        actor.GetProperty().SetTexture("skySharp", sharp)
        actor.GetProperty().SetTexture("skySoft", soft)
        actor.GetProperty().SetTexture("partsMap", parts)


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


@lru_cache(maxsize=2)
def _sky_textures(sky: Surroundings) -> tuple[vtkTexture, vtkTexture]:
    """The two maps; the soft ones stand one below the other."""
    soft = sky.soft.reshape(-1, *sky.soft.shape[2:])
    return image_texture(sky.sharp), image_texture(soft)


def _parts_texture(parts: FloatArray, eye_gcrs_m: FloatArray) -> vtkTexture:
    """Rectangles about the eye, one a column."""
    table = np.zeros((5, MOST, 3))
    table[:, : len(parts)] = np.swapaxes(parts, 0, 1)
    table[0, : len(parts)] -= eye_gcrs_m
    texture = image_texture(table[::-1].astype(np.float32), repeat=False)  # row 0 of the table is row 0 in GL
    texture.InterpolateOff()
    return texture


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


def _fragment_body(**switches: bool) -> str:
    return "".join(f"#define {name.upper()}\n" for name, on in switches.items() if on) + _SHADE


_FUNCTIONS = """
const float PI = 3.14159265;

vec3 inGcrs(vec3 v) { return vec3(dot(gcrsX, v), dot(gcrsY, v), dot(gcrsZ, v)); }

vec2 skyPlace(vec3 direction) {
  vec3 d = inGcrs(direction);
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

// the nearest of the craft's large parts along a ray from a place in view coordinates: radiance, cover
vec4 ownPart(vec3 place, vec3 direction, float roughness) {
  vec3 p = inGcrs(place), d = inGcrs(direction), seen = vec3(0.0);
  float nearest = 1e9, cover = 0.0;
  for (int k = 0; k < partCount; ++k) {
    vec3 u = texelFetch(partsMap, ivec2(k, 1), 0).rgb, v = texelFetch(partsMap, ivec2(k, 2), 0).rgb;
    vec3 c = texelFetch(partsMap, ivec2(k, 0), 0).rgb - p, n = cross(u, v);
    float toward = dot(d, n), t = dot(c, n) / toward;
    if (!(t > 0.03) || t > nearest) continue;
    vec3 q = t * d - c;
    vec2 h = vec2(length(u), length(v));
    vec2 inside = h - abs(vec2(dot(q, u), dot(q, v)) / h);
    float soft = max(0.01, t * roughness * roughness);
    float hit = clamp(0.5 + inside.x / soft, 0.0, 1.0) * clamp(0.5 + inside.y / soft, 0.0, 1.0);
    vec3 side = texelFetch(partsMap, ivec2(k, toward < 0.0 ? 3 : 4), 0).rgb;
    if (hit < 0.02 || side.r < 0.0) continue;
    nearest = t;
    cover = hit;
    seen = side;
  }
  return vec4(seen, cover);
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
  vec3 diffuse = paintColor * (1.0 - paint.x);
  float metal = paint.x, rough = paint.y, coat = paint.z, grain = 0.0, unseen = 0.0;
  vec3 smoothNormal = normal;
#ifdef LAID
  vec2 uv = tcoordVCVSOutput;
#ifdef BY_BLOCK
  vec2 at = block.x > 0.0 ? uv / block : uv / vec2(32.0, 15.0);
#else
  vec2 at = uv;
#endif
  vec4 picture = texture(patternBase, at);
  vec4 detail = texture(patternDetail, at);
  diffuse = picture.rgb;
  metal = picture.a;
  rough = detail.a;
  vec2 slope = (detail.rg * 255.0 - 128.0) / 127.0 * SLOPE_RANGE;
  grain = max(detail.b * SLOPE_RANGE * SLOPE_RANGE - dot(slope, slope), 0.0);
  vec2 id = floor(uv);
  float step = max(length(dFdx(uv)), length(dFdy(uv)));  // repeats in a pixel
  float far = clamp(1.6 - 2.0 * step, 0.0, 1.0), calm = clamp(1.6 - 0.6 * step, 0.0, 1.0);
  diffuse *= 1.0 + finish.x * (2.0 * hash(id) - 1.0) * far;
  vec2 tilt = finish.y * (vec2(hash(id + 17.0), hash(id + 71.0)) * 2.0 - 1.0) * far;
  vec2 wave = vec2(0.61 * uv.x + 1.3 * sin(0.37 * uv.y), 0.53 * uv.y + 1.7 * sin(0.29 * uv.x));
  tilt += finish.z * calm * sin(wave);
  // what is too fine to be seen as tilts blurs what the coat mirrors
  unseen = 0.67 * finish.y * finish.y * (1.0 - far * far) + finish.z * finish.z * (1.0 - calm * calm);
  if (block.x > 0.0) {  // modules: each a little off, with a dark seam around it
    vec2 place = uv / block, module = floor(place);
    float apart = clamp(1.6 - 2.0 * max(length(dFdx(place)), length(dFdy(place))), 0.0, 1.0);
    tilt += finish.w * apart * (vec2(hash(module + 5.0), hash(module + 53.0)) * 2.0 - 1.0);
    unseen += 0.67 * finish.w * finish.w * (1.0 - apart * apart);
    diffuse *= 1.0 + 0.5 * finish.x * (2.0 * hash(module + 29.0) - 1.0);
    vec2 wide = max(fwidth(place), 1e-6), edge = 0.5 - abs(fract(place) - 0.5);
    vec2 seam = clamp((0.16 / block - edge) / wide + 0.5, 0.0, 1.0) * clamp(0.32 / block / wide, 0.0, 1.0);
    float dark = max(seam.x, seam.y);
    diffuse *= 1.0 - 0.85 * dark;
    metal *= 1.0 - dark;
  }
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
  vec3 f0 = mix(reflectance, metalColor, metal);
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
  vec3 bounce = reflect(-toEye, normal);
#ifdef POLISHED
  vec4 part = ownPart(vertexVC.xyz, bounce, rough);
  seen = mix(1.0, seen, smoothstep(0.1, 0.45, rough));
  radiance += mirrorShare * mix(seen * mirrored(bounce, rough), part.rgb, part.a);
#else
  radiance += mirrorShare * seen * mirrored(bounce, rough);
#endif
  if (coat > 0.0) {
    float cv = clamp(dot(smoothNormal, toEye), 1e-3, 1.0), ch;
    float coatLobe = sunLobe(smoothNormal, toEye, sunVC, 0.06, ch);
    float share = coat * (0.04 + 0.96 * pow(1.0 - cv, 5.0));
    float gloss = sqrt(sqrt(6.25e-6 + unseen));  // 0.05 where all is seen
    radiance = radiance * (1.0 - share) + share * skyShare * mirrored(reflect(-toEye, smoothNormal), gloss);
    radiance += sun * coat * (0.04 + 0.96 * pow(1.0 - ch, 5.0)) * coatLobe;
  }
  gl_FragData[0] = vec4(radiance + emission, fade);
}
"""
