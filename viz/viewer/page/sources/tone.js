// From scene light to what a screen shows: the tone curve of dawnring's pictures, in GLSL.

export function toneUniforms(look) {
  return {
    exposure: { value: look.exposure },
    saturation: { value: look.saturation },
    contrast: { value: look.contrast },
    knee: { value: look.knee },
  };
}

export const TONE = /* glsl */ `
uniform float exposure, saturation, contrast, knee;
vec3 tone(vec3 light) {
  light *= exposure;
  float mean = dot(light, vec3(0.2126, 0.7152, 0.0722));
  vec3 x = pow(max(mean + saturation * (light - mean), 0.0), vec3(contrast));
  vec3 linear = x / (x + knee);
  return mix(12.92 * linear, 1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, linear));
}
`;

// Whether the Earth, a unit sphere in squeezed axes, hides a point from the eye; soft over a few km.
export const BEHIND = /* glsl */ `
float passed(vec3 eye, vec3 point) {
  vec3 way = point - eye;
  float length2 = dot(way, way);
  float along = -dot(way, eye) / length2;
  if (along <= 0.0 || along >= 1.0) return 1.0;
  vec3 nearest = eye + along * way;
  return smoothstep(0.9994, 1.0012, length(nearest));
}
`;
