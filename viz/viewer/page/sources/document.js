// What the page was given: JSON, with arrays as base64.

const KINDS = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  u4: Uint32Array,
  u2: Uint16Array,
  i2: Int16Array,
  u1: Uint8Array,
};

export function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

// The array of a packed entry, flat; null stays null.
export function unpacked(entry) {
  if (entry === null || entry === undefined) return null;
  const text = atob(entry.data);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new KINDS[entry.kind](bytes.buffer);
}
