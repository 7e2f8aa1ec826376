/** Numbers, dates and names as people read them. */
const LOCALE = "en-GB";
export const NONE = "—";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export const count = (value: number): string => whole.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A score: three significant digits, whatever its size. */
export function score(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return NONE;
  if (size !== 0 && (size < 0.0005 || size >= 1e6)) return value.toExponential(1);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A metric: four decimals, unless they would be none but zeros, or more than anybody reads. */
export function metric(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return NONE;
  if (size !== 0 && size < 0.00005) return value.toExponential(1);
  return size >= 1000 ? count(value) : value.toFixed(4);
}

export function share(value: number): string {
  const percent = value * 100;
  return Math.abs(percent) > 0 && Math.abs(percent) < 1 ? "<1%" : `${Math.round(percent)}%`;
}

export const signed = (value: number): string => `${value < 0 ? "−" : "+"}${score(Math.abs(value))}`;

export const milliseconds = (value: number): string =>
  value < 9.95 ? `${value.toFixed(1)} ms` : `${whole.format(value)} ms`;

export const weight = (value: number): string =>
  Math.abs(value) >= 1000 ? count(value) : String(Number(value.toPrecision(4)));

export function date(seconds: number | null): string {
  if (seconds === null) return "";
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? "" : day.format(time);
}

export function moment(iso: string | null | undefined, only: "day" | "minute" = "minute"): string {
  const time = new Date(iso ?? NaN);
  if (Number.isNaN(time.getTime())) return NONE;
  return only === "day" ? day.format(time) : minute.format(time);
}

/** `25_34` reads `25–34`, `65_inf` reads `65+`. */
const ranged = (text: string): string =>
  text.replace(/(?<=^|_)(\d+)_(\d+)$/, "$1–$2").replace(/(?<=^|_)(\d+)_inf$/, "$1+");

/** `age_25_34` of `age` reads `25–34`; anything else as it is. */
export function featureValue(name: string, value: string): string {
  const rest = value.startsWith(`${name}_`) ? value.slice(name.length + 1) : value;
  return ranged(rest).replaceAll("_", " ");
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const groupPart = (text: string): string => ranged(text).replaceAll("_", " ");

/** `popular:age_25_34,sex_f` in words. */
export function source(text: string): string {
  if (text === "model") return "From the model";
  if (text === "mixed") return "Model, filled up with the fallback";
  const [list = "", group] = text.split(":");
  const name = capital(list.replaceAll("_", " "));
  return group ? `${name}: ${group.split(",").map(groupPart).join(", ")}` : name;
}

export const waiting = (seconds: number): string =>
  seconds < 90
    ? plural(seconds, "second")
    : seconds < 5400
      ? plural(Math.round(seconds / 60), "minute")
      : plural(Math.round(seconds / 3600), "hour");

const DAY = 86_400; // seconds: a longer wait is nobody's plan

export const soon = (seconds: number): string => (seconds > DAY ? "later" : `in ${waiting(seconds)}`);
