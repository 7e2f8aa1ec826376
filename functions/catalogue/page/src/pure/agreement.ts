/** What several answers share and where they differ. */
import type { Id } from "../api/types";

export interface Listed {
  model: string;
  items: readonly Id[];
}

export interface Agreement {
  counts: ReadonlyMap<string, number>;
  answers: number;
  size: number;
  inAll: number;
  own: readonly { model: string; count: number }[];
}

export function agreement(lists: readonly Listed[]): Agreement {
  const counts = new Map<string, number>();
  for (const { items } of lists) {
    for (const key of new Set(items.map(String))) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    counts,
    answers: lists.length,
    size: Math.max(0, ...lists.map(({ items }) => items.length)),
    inAll: [...counts.values()].filter((count) => count === lists.length).length,
    own: lists.map(({ model, items }) => ({
      model,
      count: items.filter((item) => counts.get(String(item)) === 1).length,
    })),
  };
}

export function inWords({ answers, size, inAll, own }: Agreement): string {
  if (answers < 2) return "";
  const all = answers === 2 ? "both answers" : `all ${answers} answers`;
  const shared = inAll === 0 ? `No item is in ${all}.` : `${inAll} of ${size} are in ${all}.`;
  const alone = own.filter(({ count }) => count > 0).map(({ model, count }) => `${model} ${count}`);
  return alone.length === 0 ? `${shared} None is in one only.` : `${shared} In one only: ${alone.join(", ")}.`;
}
