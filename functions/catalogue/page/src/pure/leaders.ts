/** Who leads by a number; models whose numbers read the same lead together. */
import { metric } from "./format";

const NAMED = 2; // of several that lead

/** Those whose number reads like the highest. */
export function leaders<T extends { model: string }>(
  values: readonly T[],
  by: (value: T) => number | null | undefined,
): T[] {
  const known = values.filter((one) => Number.isFinite(by(one)));
  const most = metric(Math.max(...known.map((one) => by(one) ?? -Infinity)));
  return known.filter((one) => metric(by(one) ?? NaN) === most);
}

/** `als`, `als and ease`, `als, ease and 2 more`. */
export function names(models: readonly string[]): string {
  if (models.length <= NAMED) return models.join(" and ");
  if (models.length === NAMED + 1) return `${models.slice(0, NAMED).join(", ")} and ${models[NAMED]}`;
  return `${models.slice(0, NAMED).join(", ")} and ${models.length - NAMED} more`;
}

/** Who leads in a sentence's place: of several it is said that none does. */
export const leading = (models: readonly string[], claim: string): string =>
  models.length === 1 ? `${models[0]} ${claim}` : `${names(models)} are alike`;
