/** An answer must hold nothing that the person has already had. */
import type { Id } from "../api/types";

export interface Repeated {
  model: string;
  version: string;
  item_id: Id;
}

export interface Answered {
  model: string;
  version: string;
  items: readonly Id[];
}

export function repeated(answers: readonly Answered[], seen: ReadonlySet<string>): Repeated[] {
  return answers.flatMap(({ model, version, items }) =>
    items.filter((item) => seen.has(String(item))).map((item_id) => ({ model, version, item_id })),
  );
}
