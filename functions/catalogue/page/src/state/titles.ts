/** Titles of items, asked for in batches and kept. */
import { signal } from "@preact/signals";
import { asProblem, type Problem } from "../api/problem";
import type { Id, Item } from "../api/types";
import { api } from "./api";

const BATCH = 100;
const KEPT = 20_000;
const GATHER_MS = 8;
const PAUSE_MS = 5_000;

export interface Titled {
  title: string | null;
  genres: string[];
  users?: number;
}

export const titles = signal<ReadonlyMap<string, Titled>>(new Map());
export const titlesProblem = signal<Problem | null>(null);
let waiting = new Map<string, Id>();
const asked = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let silentUntil = 0;

export function remember(items: readonly ({ item_id: Id } & Titled)[]): void {
  const next = new Map(titles.value.size > KEPT ? [] : titles.value);
  for (const item of items) next.set(String(item.item_id), { ...next.get(String(item.item_id)), ...item });
  titles.value = next;
}

export function want(ids: readonly Id[]): void {
  if (performance.now() < silentUntil) return;
  for (const id of ids) if (!titles.value.has(String(id)) && !asked.has(String(id))) waiting.set(String(id), id);
  if (waiting.size > 0) timer ??= setTimeout(ask, GATHER_MS);
}

export function forgetTitles(): void {
  titles.value = new Map();
  titlesProblem.value = null;
  waiting.clear();
  asked.clear();
  silentUntil = 0;
}

function ask(): void {
  timer = undefined;
  const ids = [...waiting.values()];
  waiting = new Map();
  for (let start = 0; start < ids.length; start += BATCH) void askBatch(ids.slice(start, start + BATCH));
}

async function askBatch(ids: Id[]): Promise<void> {
  for (const id of ids) asked.add(String(id));
  try {
    const { items } = await api.items({ ids, limit: BATCH });
    titlesProblem.value = null;
    remember([...ids.map(unknown), ...items]);
  } catch (error) {
    const problem = asProblem(error);
    titlesProblem.value = problem;
    silentUntil = problem.facts.status === 403 ? Infinity : performance.now() + PAUSE_MS;
  } finally {
    for (const id of ids) asked.delete(String(id));
  }
}

const unknown = (item_id: Id): Item => ({ item_id, title: null, genres: [], users: 0 });
