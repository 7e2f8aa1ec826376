/** JSON whose integers keep every digit: those that a number cannot hold are bigints, read and written bare. */
const MARK = `integer ${Math.random()} `; // nobody who writes a title can know it
const MARKED = new RegExp(`"${MARK.replace(".", "\\.")}(-?\\d+)"`, "g");
const STRING_OR_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const FRACTION = /[\d.eE+]/;

export type Exact = number | bigint;

/** The number that has exactly these digits. */
export function exact(digits: string): Exact {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

export function read(text: string): unknown {
  const marked = text.replace(STRING_OR_INTEGER, (part: string, at: number) =>
    part.startsWith('"') || FRACTION.test(text[at - 1] ?? "") ? part : `"${MARK}${part}"`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? exact(value.slice(MARK.length)) : value,
  );
}

export function write(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${MARK}${part}` : part));
  return text.replace(MARKED, "$1");
}
