/** The one client of the page, and what it saw last of every model. */
import { signal } from "@preact/signals";
import { Client, type Timed } from "../api/client";
import type { Id } from "../api/types";
import { learnKind, learnUsersKind } from "./ids";
import { refuse, token } from "./session";

export const api = new Client({
  base: new URL(".", location.href).href,
  token: () => token.value,
  fetch: (url, request) => fetch(url, request),
  clock: () => performance.now(),
  refused: refuse,
});

export interface Latest {
  ms: number;
  version: string;
}

export const latest = signal<ReadonlyMap<string, Latest>>(new Map());

/** Note how long a model's answer took, which version gave it, and of which kind its ids are. */
export function noted<T extends { model: string; version: string; items: Id[]; user_id?: Id | null }>(
  answer: Timed<T>,
): Timed<T> {
  const { model, version, items, user_id } = answer.value;
  latest.value = new Map([...latest.value, [model, { ms: answer.ms, version }]]);
  learnKind(items);
  learnUsersKind([user_id]);
  return answer;
}

export function forgetLatest(): void {
  latest.value = new Map();
}
