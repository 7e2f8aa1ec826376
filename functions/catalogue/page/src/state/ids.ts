/** Ids are integers or strings, all of one kind, and the text of a link or a field does not tell which. */
import { signal } from "@preact/signals";
import type { Id } from "../api/types";

/** Whether items' ids are numbers here, as far as the API has shown any. */
const numeric = signal(true);

export const idOf = (text: string): Id => (numeric.value && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text);

export function learnKind(ids: readonly Id[]): void {
  if (ids[0] !== undefined) numeric.value = typeof ids[0] === "number";
}
