/** Titles of items, asked for in batches and kept. */
import { signal } from "@preact/signals";
import { asProblem, type Problem } from "../api/problem";
import type { Id } from "../api/types";
import { api } from "./api";

const BATCH = 100;
const KEPT = 20_000;
const GATHER_MS = 8;
const SOONEST_S = 2;
const LATEST_S = 60;

export interface Titled {
  title: string | null;
  genres: string[];
  users?: number;
}

export const titles = signal<ReadonlyMap<string, Titled>>(new Map());
export const titlesProblem = signal<Problem | null>(null);
const asked = new Set<string>();
let waiting = new Map<string, Id>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether items' ids are numbers here, as far as the API has shown any. */
const numeric = signal(true);

/** Ids are integers or strings, all of one kind, and text alone does not tell which. */
export const idOf = (text: string): Id => (numeric.value && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text);

export function remember(items: readonly ({ item_id: Id } & Titled)[]): void {
  if (items[0]) numeric.value = typeof items[0].item_id === "number";
  keep(items);
}

function keep(items: readonly ({ item_id: Id } & Titled)[]): void {
  const next = new Map(titles.value.size > KEPT ? [] : titles.value);
  for (const item of items) next.set(String(item.item_id), { ...next.get(String(item.item_id)), ...item });
  titles.value = next;
}

export function want(ids: readonly Id[]): void {
  if (titlesProblem.value?.facts.status === 403) return;
  for (const id of ids) if (!titles.value.has(String(id)) && !asked.has(String(id))) waiting.set(String(id), id);
  if (waiting.size > 0) timer ??= setTimeout(ask, GATHER_MS);
}

export function forgetTitles(): void {
  clearTimeout(timer);
  timer = undefined;
  titles.value = new Map();
  titlesProblem.value = null;
  waiting.clear();
  asked.clear();
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
    keep(ids.map((item_id) => ({ item_id, title: null, genres: [] })));
    remember(items);
  } catch (error) {
    later(ids, asProblem(error));
  } finally {
    for (const id of ids) asked.delete(String(id));
  }
}

/** Wait as the API says, then ask for the same again; a token that does not cover the catalogue will not. */
function later(ids: readonly Id[], problem: Problem): void {
  titlesProblem.value = problem;
  if (problem.facts.status === 401 || problem.facts.status === 403) return;
  for (const id of ids) waiting.set(String(id), id);
  const seconds = Math.min(Math.max(problem.facts.retry_after ?? 5, SOONEST_S), LATEST_S);
  timer ??= setTimeout(ask, seconds * 1000);
}
