// Numbers and moments in words.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function two(n) {
  return String(Math.floor(n)).padStart(2, "0");
}

export function dateText(ms) {
  const d = new Date(ms);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

export function clockText(ms, seconds) {
  const d = new Date(ms);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? `:${two(d.getUTCSeconds())}` : ""}`;
}

export function dayText(ms) {
  const d = new Date(ms);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

export function monthText(month) {
  return MONTHS[month];
}

export function hoursText(hours) {
  const minutes = Math.round(hours * 60) % 1440;
  return `${two(minutes / 60)}:${two(minutes % 60)}`;
}

export function signed(x, digits) {
  const text = Math.abs(x).toFixed(digits);
  return `${x < 0 && Number(text) !== 0 ? "−" : "+"}${text}`;
}

// Thousands apart, so many digits after the point.
export function grouped(x, digits = 0) {
  const [whole, part] = Math.abs(x).toFixed(digits).split("."); // the browser's own way takes 0.1 s to start
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  return x < 0 && Number(Math.abs(x).toFixed(digits)) !== 0 ? `−${text}` : text;
}

// A value to three significant digits or so.
export function short(x) {
  const size = Math.abs(x);
  if (size === 0) return "0";
  if (size < 0.01) return x.toExponential(1).replace("-", "−");
  return grouped(x, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

// A value with its standard error, both to the error's own decimals.
export function withError(x, error, most = 2) {
  if (!(error > 0)) return `${short(x)} (exact)`;
  const digits = Math.min(Math.max(0, 1 - Math.floor(Math.log10(error))), most);
  const least = 10 ** -digits;
  return `${grouped(x, digits)} ± ${error < least ? `under ${least}` : grouped(error, digits)}`;
}

export function speedText(speed) {
  if (speed < 1.5) return "real time";
  const perSecond = speed < 180 ? `${Math.round(speed)} s` : speed < 5400 ? `${(speed / 60).toFixed(1)} min` :
    speed < 129600 ? `${(speed / 3600).toFixed(1)} h` : `${(speed / 86400).toFixed(1)} days`;
  return `${grouped(Number(speed.toPrecision(2)))}×, ${perSecond} a second`;
}

export function latitudeText(rad) {
  const deg = (rad * 180) / Math.PI;
  return `${Math.abs(deg).toFixed(1)}° ${deg < 0 ? "S" : "N"}`;
}

export function longitudeText(rad) {
  const deg = (rad * 180) / Math.PI;
  return `${Math.abs(deg).toFixed(1)}° ${deg < 0 ? "W" : "E"}`;
}
