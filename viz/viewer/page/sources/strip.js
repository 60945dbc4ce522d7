// The season strip: minutes in umbra over the year, under the scrubber.

import { dayText, grouped, monthText } from "./words.js";
import { seasonsOf } from "./calendar.js";

const SVG = "http://www.w3.org/2000/svg"; // a name, never fetched
const WIDTH = 1000;
const HEIGHT = 100;

export function svgElement(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export function drawStrip(picture, words, note, calendar, year) {
  const span = year.last_ms - year.first_ms;
  const x = (ms) => ((ms - year.first_ms) / span) * WIDTH;
  const top = Math.max(calendar.longestMin * 1.15, 5);
  const y = (minutes) => HEIGHT - 1 - (minutes / top) * (HEIGHT - 8);
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  picture.replaceChildren();
  words.replaceChildren();
  for (let month = 0; month < 12; month++) {
    const at = x(Date.UTC(year.year, month, 1));
    picture.append(svgElement("line", { x1: at, x2: at, y1: 0, y2: HEIGHT, stroke: "white", "stroke-opacity": 0.1, "vector-effect": "non-scaling-stroke" }));
    const label = document.createElement("span");
    label.textContent = monthText(month);
    label.style.left = `${at / 10}%`;
    words.append(label);
  }
  picture.append(svgElement("line", { x1: 0, x2: WIDTH, y1: HEIGHT - 1, y2: HEIGHT - 1, stroke: "white", "stroke-opacity": 0.25, "vector-effect": "non-scaling-stroke" }));
  const points = [];
  const edge = [];
  calendar.umbra.forEach((minutes, day) => {
    const at = x(calendar.noonMs + day * 86400e3);
    points.push(`${at.toFixed(2)},${y(minutes).toFixed(2)}`);
    edge.push(minutes);
  });
  if (calendar.longestMin > 0) {
    picture.append(svgElement("path", { d: `M0,${HEIGHT - 1} L${points.join(" L")} L${WIDTH},${HEIGHT - 1} Z`, fill: "#6f8fe8", "fill-opacity": 0.42 }));
    picture.append(svgElement("path", { d: `M${points.join(" L")}`, fill: "none", stroke: "#9db4f5", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }));
  }
  note.textContent = stripWords(calendar);
}

export function stripWords(calendar) {
  const how = calendar.recomputed ? ` (computed in this page${calendar.coarse ? ", coarse: let go for the fine one" : ""})` : "";
  const seasons = seasonsOf(calendar);
  if (!seasons.length) return `No eclipse this year${how}: the ring is always in sunlight.`;
  const spans = seasons.map((s) => `${dayText(s.firstMs)} to ${dayText(s.lastMs)}`).join(", ");
  return `Earth’s shadow: up to ${grouped(calendar.longestMin, 1)} min of each orbit on ${dayText(calendar.longestMs)}; ` +
    `season${seasons.length > 1 ? "s" : ""} ${spans}${how}`;
}
