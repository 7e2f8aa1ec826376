/** Weights as the API takes them: over 0, at most a million; a typical one where none is given. */
export const MOST_WEIGHT = 1e6;

/** A weight in a text: null where there is none, undefined where it is not one that the API takes. */
export function weightIn(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text);
  return value > 0 && value <= MOST_WEIGHT ? value : undefined;
}
