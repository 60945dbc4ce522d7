// The year of a ring: minutes in umbra day by day, when the next eclipse comes, which is the longest.

import { unpacked } from "./document.js";
import { shadowMinutes } from "./shadow.js";

const DAY_MS = 86400e3;

// As dawnring computed it.
export function givenCalendar(entry, year) {
  return {
    noonMs: entry.noon_ms,
    umbra: unpacked(entry.umbra_min),
    longestMin: entry.longest_umbra_min,
    longestMs: entry.longest_umbra_ms,
    seasons: entry.seasons.filter((s) => s.has_umbra).map((s) => ({
      firstMs: Math.max(s.first_ms, year.first_ms),
      lastMs: Math.min(s.last_ms, year.last_ms - 1),
    })),
    recomputed: false,
  };
}

// Several calendars as one: the longest umbra of any, seasons of all.
export function merged(calendars) {
  return calendars.reduce((a, b) => ({
    ...(b.longestMin > a.longestMin ? b : a),
    umbra: a.umbra.map((x, k) => Math.max(x, b.umbra[k])),
    seasons: joined([...a.seasons, ...b.seasons]),
  }));
}

// Spans that overlap become one.
function joined(spans) {
  const found = [];
  for (const span of spans.sort((a, b) => a.firstMs - b.firstMs)) {
    const last = found.at(-1);
    if (last && span.firstMs <= last.lastMs) last.lastMs = Math.max(last.lastMs, span.lastMs);
    else found.push({ ...span });
  }
  return found;
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
  return { noonMs, umbra, longestMin: umbra[best], longestMs: has ? noonMs + best * DAY_MS : null, recomputed: true, coarse: stepDays > 1 };
}

// The first moment from `ms` on at which any satellite of the ring may be in umbra; null within this year.
export function nextEclipse(calendar, ms) {
  const first = (ms - calendar.noonMs) / DAY_MS;
  const now = calendar.umbra[Math.min(Math.max(Math.round(first), 0), calendar.umbra.length - 1)];
  for (let day = Math.max(0, Math.ceil(first)); day < calendar.umbra.length; day++) {
    if (calendar.umbra[day] > 0) return now > 0 && day - first < 1.5 ? ms : opening(calendar, calendar.noonMs + day * DAY_MS, ms);
  }
  return null;
}

// When the season that holds a noon opens, where that is known and not past; else the noon.
function opening(calendar, noonMs, ms) {
  const season = calendar.seasons?.find((s) => s.firstMs <= noonMs && noonMs <= s.lastMs);
  return season && season.firstMs > ms ? season.firstMs : noonMs;
}

// Seasons of umbra: as given, or from the first to the last noon with umbra.
export function seasonsOf(calendar) {
  if (calendar.seasons) return calendar.seasons;
  const found = [];
  let open = null;
  calendar.umbra.forEach((minutes, day) => {
    if (minutes > 0) {
      open ??= { first: day, last: day };
      open.last = day;
    } else if (open) {
      found.push(open);
      open = null;
    }
  });
  if (open) found.push(open);
  return found.map((s) => ({
    firstMs: calendar.noonMs + s.first * DAY_MS,
    lastMs: calendar.noonMs + s.last * DAY_MS,
  }));
}
