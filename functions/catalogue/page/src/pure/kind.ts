/** Ids as numbers or as text: what an answer shows, and what a typed text is then. */
import { exact } from "../api/exact";
import type { Id } from "../api/types";

export type Kind = "number" | "text";

const LARGEST = 2n ** 63n - 1n;
const INTEGER = /^(0|-?[1-9]\d{0,18})$/;

export function kindOf(ids: readonly (Id | null | undefined)[]): Kind | null {
  const first = ids.find((id) => id != null);
  return first == null ? null : typeof first === "string" ? "text" : "number";
}

/** What is no integer stays text: the API says what it thinks of it. */
export const idIn = (text: string, kind: Kind): Id =>
  kind === "number" && INTEGER.test(text) && BigInt(text) <= LARGEST ? exact(text) : text;
