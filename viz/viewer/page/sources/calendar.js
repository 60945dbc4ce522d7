// The year of a ring: minutes in umbra day by day, when the next eclipse comes, which is the longest.

import { unpacked } from "./document.js";
import { shadowMinutes } from "./shadow.js";

const DAY_MS = 86400e3;

// As dawnring computed it.
export function givenCalendar(entry) {
  return {
    noonMs: entry.noon_ms,
    umbra: unpacked(entry.umbra_min),
    longestMin: entry.longest_umbra_min,
    longestMs: entry.longest_umbra_ms,
    recomputed: false,
  };
}

// As the page computes it after a slider was moved: every `stepDays`, lines between them.
export function computedCalendar(ring, sky, earth, year, stepDays) {
  const days = Math.round((year.last_ms - year.first_ms) / DAY_MS);
  const noonMs = year.first_ms + DAY_MS / 2;
  const umbra = new Float32Array(days);
  const row = ring.rows[0];
  const at = (day) => shadowMinutes(ring, row, sky.at(noonMs + day * DAY_MS), earth, 72).umbra;
  let before = at(0);
  for (let start = 0; start < days; start += stepDays) {
    const end = Math.min(start + stepDays, days - 1);
    const after = end > start ? at(end) : before;
    for (let day = start; day <= end; day++) umbra[day] = before + ((after - before) * (day - start)) / Math.max(1, end - start);
    before = after;
  }
  let best = 0;
  for (let day = 1; day < days; day++) if (umbra[day] > umbra[best]) best = day;
  const has = umbra[best] > 0;
  return { noonMs, umbra, longestMin: umbra[best], longestMs: has ? noonMs + best * DAY_MS : null, recomputed: true };
}

// The first moment from `ms` on at which any satellite of the ring may be in umbra; null within this year.
export function nextEclipse(calendar, ms) {
  const first = (ms - calendar.noonMs) / DAY_MS;
  const now = calendar.umbra[Math.min(Math.max(Math.round(first), 0), calendar.umbra.length - 1)];
  for (let day = Math.max(0, Math.ceil(first)); day < calendar.umbra.length; day++) {
    if (calendar.umbra[day] > 0) return now > 0 && day - first < 1.5 ? ms : calendar.noonMs + day * DAY_MS;
  }
  return null;
}

// Spans of days with umbra: first and last noon, and the longest of each.
export function seasonsOf(calendar) {
  const found = [];
  let open = null;
  calendar.umbra.forEach((minutes, day) => {
    if (minutes > 0) {
      open ??= { first: day, last: day, longest: 0 };
      open.last = day;
      open.longest = Math.max(open.longest, minutes);
    } else if (open) {
      found.push(open);
      open = null;
    }
  });
  if (open) found.push(open);
  return found.map((s) => ({
    firstMs: calendar.noonMs + s.first * DAY_MS,
    lastMs: calendar.noonMs + s.last * DAY_MS,
    longestMin: s.longest,
  }));
}
