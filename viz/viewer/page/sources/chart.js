// What heats a surface: bars of orbit means with their errors, and the way around the orbit.

import { svgElement } from "./strip.js";
import { short, withError } from "./words.js";

// Distinct for the colour-blind (Okabe and Ito), and by dash.
export const LINES = {
  absorbed_solar: { color: "#f0c14b", dash: "" },
  absorbed_albedo: { color: "#56b4e9", dash: "5 3" },
  absorbed_earth_infrared: { color: "#d98cb3", dash: "1.5 3" },
  absorbed_total: { color: "#ffffff", dash: "" },
};
const OTHER = { color: "#009e73", dash: "8 3" };

export function lineOf(key) {
  return LINES[key] ?? OTHER;
}

// rows: {label, key, value, error, unit}
export function bars(rows) {
  const most = Math.max(...rows.map((r) => r.value), 1e-9);
  const box = document.createElement("div");
  for (const row of rows) {
    const bar = document.createElement("div");
    bar.className = "bar";
    const name = document.createElement("span");
    name.textContent = row.label;
    const ink = document.createElement("i");
    ink.style.width = `${(100 * row.value) / most}%`;
    ink.style.background = lineOf(row.key).color;
    const number = document.createElement("small");
    number.textContent = `${withError(row.value, row.error)} ${row.unit}`;
    bar.append(name, number, ink);
    box.append(bar);
  }
  return box;
}

// series: {key, values}; now: place in [0, 1) or null
export function orbitChart(series, minutes, unit, now) {
  const [width, height, left, bottom] = [270, 96, 34, 16];
  const most = Math.max(...series.map((s) => Math.max(...s.values)), 1e-9);
  const top = roundAbove(most);
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(svgElement("title", {}, `Absorbed flux around the orbit, in ${unit}, up to ${short(most)}`));
  const x = (k, n) => left + ((width - left - 4) * k) / n;
  const y = (v) => 6 + (height - bottom - 6) * (1 - v / top);
  for (const tick of [0, top / 2, top]) {
    svg.append(svgElement("line", { x1: left, x2: width - 4, y1: y(tick), y2: y(tick), stroke: "white", "stroke-opacity": tick ? 0.12 : 0.3 }));
    svg.append(svgElement("text", { x: left - 4, y: y(tick) + 3.5, "text-anchor": "end" }, short(tick)));
  }
  for (const s of series) {
    const n = s.values.length;
    const closed = [...s.values, s.values[0]];
    const d = closed.map((v, k) => `${k ? "L" : "M"}${x(k, n).toFixed(1)},${y(v).toFixed(1)}`).join("");
    const { color, dash } = lineOf(s.key);
    svg.append(svgElement("path", { d, fill: "none", stroke: color, "stroke-width": s.key === "absorbed_total" ? 1 : 1.6, "stroke-dasharray": dash }));
  }
  if (now !== null) {
    const at = left + (width - left - 4) * now;
    svg.append(svgElement("line", { x1: at, x2: at, y1: 4, y2: height - bottom, stroke: "#ffc46b", "stroke-width": 1.2 }));
  }
  svg.append(svgElement("text", { x: left, y: height - 3 }, "0"));
  svg.append(svgElement("text", { x: width - 4, y: height - 3, "text-anchor": "end" }, `${minutes.toFixed(0)} min`));
  svg.append(svgElement("text", { x: (left + width) / 2, y: height - 3, "text-anchor": "middle" }, `${unit} around the orbit`));
  return svg;
}

export function roundAbove(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10].find((s) => s * decade >= value * (1 - 1e-9));
}
