/** Which view stands in the address, and what it shows. */
import type { Features } from "./api/types";
import { weightIn } from "./pure/weight";

export const VIEWS = ["user", "new", "fly", "similar", "models"] as const;
export type View = (typeof VIEWS)[number];

export interface Picked {
  item_id: string;
  weight: number | null;
}

export interface Route {
  view: View;
  id: string | null;
  models: string[] | null;
  k: number;
  features: Features;
  history: Picked[];
}

export const COUNTS = [5, 10, 20, 50] as const;
const FEATURE = "feature.";

/** The longest history that the API takes. */
export const MOST_PICKED = 1000;

export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const [name = "", id] = splitOnce(path, "/");
  const query = new URLSearchParams(search);
  const models = query.get("models");
  return {
    view: VIEWS.find((view) => view === name) ?? "user",
    id: id ? decoded(id) : null,
    models: models === null ? null : models.split(",").filter(Boolean),
    k: COUNTS.find((count) => String(count) === query.get("k")) ?? 10,
    features: featuresOf(query),
    history: historyOf(query),
  };
}

export function formatRoute(route: Partial<Route> & { view: View }): string {
  const query: string[] = [];
  const add = (name: string, value: string): void => {
    query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  };
  if (route.models) query.push(`models=${route.models.map(encodeURIComponent).join(",")}`);
  if (route.k !== undefined && route.k !== 10) add("k", String(route.k));
  for (const [name, value] of Object.entries(route.features ?? {})) add(FEATURE + name, value);
  const history = route.history ?? [];
  for (const { item_id } of history) add("item", item_id);
  if (history.some(({ weight }) => weight !== null))
    for (const { weight } of history) add("weight", String(weight ?? ""));
  const path = route.id ? `${route.view}/${encodeURIComponent(route.id)}` : route.view;
  return `#/${path}${query.length ? `?${query.join("&")}` : ""}`;
}

function splitOnce(text: string, sign: string): [string, string | undefined] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function featuresOf(query: URLSearchParams): Features {
  const told = [...query].filter(([name]) => name.startsWith(FEATURE));
  return Object.fromEntries(told.map(([name, value]) => [name.slice(FEATURE.length), value]));
}

function historyOf(query: URLSearchParams): Picked[] {
  const weights = query.getAll("weight");
  const picked = new Map<string, number | null>();
  query.getAll("item").forEach((item_id, index) => {
    if (item_id && !picked.has(item_id) && picked.size < MOST_PICKED)
      picked.set(item_id, weightIn(weights[index] ?? "") ?? null);
  });
  return [...picked].map(([item_id, weight]) => ({ item_id, weight }));
}
