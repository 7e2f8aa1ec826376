/** Titles of items, asked for in batches and kept. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import type { Id } from "../api/types";
import { recent } from "../pure/recent";
import { newer } from "../pure/version";
import { api } from "./api";
import { learnKind } from "./ids";

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

let session = new AbortController();

type Known = { item_id: Id } & Titled;

/** The catalogue's version that the titles are of. */
let version = "";

/** Keep the titles of an answer; those of a version before it are asked for anew. */
export function remember(answer: { items: readonly Known[]; version: string }): void {
  if (newer(answer.version, version)) {
    if (version) titles.value = new Map();
    ({ version } = answer);
  }
  learnKind(answer.items.map(({ item_id }) => item_id));
  keep(answer.items);
}

/** Keep the title of an item that was picked from what was found. */
export function keepTitle(item: Known): void {
  if (item.title !== null) keep([item]);
}

function keep(items: readonly Known[]): void {
  titles.value = recent(
    titles.value,
    items.map((item) => [String(item.item_id), item]),
    KEPT,
  );
}

/** Ask for the titles that are not here yet, and again for those on the page that were let go. */
export function useTitles(ids: readonly Id[]): void {
  const here = titles.value;
  useEffect(() => want(ids), [here, ids.join("\n")]);
}

function want(ids: readonly Id[]): void {
  if (titlesProblem.value?.facts.status === 403) return;
  for (const id of ids) if (!titles.value.has(String(id)) && !asked.has(String(id))) waiting.set(String(id), id);
  if (waiting.size > 0) timer ??= setTimeout(ask, GATHER_MS);
}

/** What is on its way for a token that was forgotten is given up. */
export function forgetTitles(): void {
  session.abort();
  session = new AbortController();
  clearTimeout(timer);
  timer = undefined;
  titles.value = new Map();
  version = "";
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
  const { signal: stop } = session;
  for (const id of ids) asked.add(String(id));
  try {
    const answer = await api.items({ ids, limit: BATCH }, stop);
    if (stop.aborted) return;
    titlesProblem.value = null;
    remember({ ...answer, items: [...ids.map(untitled), ...answer.items] });
  } catch (error) {
    if (!stop.aborted) later(ids, asProblem(error));
  } finally {
    if (!stop.aborted) for (const id of ids) asked.delete(String(id));
  }
}

const untitled = (item_id: Id): Known => ({ item_id, title: null, genres: [] });

/** Wait as the API says, then ask for the same again; what it refuses, it would refuse again. */
function later(ids: readonly Id[], problem: Problem): void {
  const { status, retry_after } = problem.facts;
  titlesProblem.value = problem;
  if (status === 401 || status === 403) return;
  if (status >= 400 && status < 500 && status !== 429) return keep(ids.map(untitled));
  for (const id of ids) waiting.set(String(id), id);
  const seconds = Math.min(Math.max(retry_after ?? 5, SOONEST_S), LATEST_S);
  timer ??= setTimeout(ask, seconds * 1000);
}
