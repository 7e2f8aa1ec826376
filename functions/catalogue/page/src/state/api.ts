/** The one client of the page, and what it saw last of every model. */
import { signal } from "@preact/signals";
import { Client, type Timed } from "../api/client";
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

export const latest = signal<Readonly<Record<string, Latest>>>({});

/** Note how long a model's answer took and which version gave it. */
export function noted<T extends { model: string; version: string }>(answer: Timed<T>): Timed<T> {
  const { model, version } = answer.value;
  latest.value = { ...latest.value, [model]: { ms: answer.ms, version } };
  return answer;
}
