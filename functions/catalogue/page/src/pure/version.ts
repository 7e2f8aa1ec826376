/** Versions: `20261129T185919Z-317a4c2`, when one was made and the hash of what is in it. */
const VERSION = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\w+)$/;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** `29 Nov 18:59 · 317a4c2`: what tells versions apart at a glance. */
export function shortVersion(version: string): string {
  const [, year, month, date, hour, minute, , hash] = VERSION.exec(version) ?? [];
  const made = new Date(`${year}-${month}-${date}T${hour}:${minute}Z`);
  return Number.isNaN(made.getTime()) ? version : `${day.format(made)} ${hour}:${minute} · ${hash}`;
}

/** Versions begin with when they were made; functions may answer old ones for a while, which are not followed. */
export const newer = (version: string, known: string): boolean => version > known;
