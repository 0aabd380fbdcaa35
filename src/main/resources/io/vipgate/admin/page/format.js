// Numbers and times as a person reads them; the same as in the commands.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `950 B`, `1.2 MB`. */
export function bytes(value) {
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** With one decimal below 100: `12.3`, `512`. */
export function rate(perSecond) {
  return perSecond === 0 ? "0" : perSecond >= 99.95 ? count(perSecond) : perSecond.toFixed(1);
}

/** A whole number, in groups of three. */
export function count(value) {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** With one decimal below ten: `1.5 %`, `48 %`. */
export function percent(share) {
  const hundredths = share * 100;
  return `${hundredths.toFixed(hundredths > 0 && hundredths < 9.95 ? 1 : 0)} %`;
}

/** The two largest units of a time: `3 h 12 min`, `8 s`. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  return seconds < 86400
    ? `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`
    : `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

const two = number => String(number).padStart(2, "0");

/** `12:03`, of a moment in seconds. */
export function minute(seconds) {
  const date = new Date(seconds * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `12:03:05`, of a moment in milliseconds. */
export function clock(milliseconds) {
  return `${minute(milliseconds / 1000)}:${two(new Date(milliseconds).getSeconds())}`;
}
