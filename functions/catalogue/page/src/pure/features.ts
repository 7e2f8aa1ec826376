/** What can be told of a person: what the training data knows, and what a link tells beyond it. */
import type { Features } from "../api/types";

export interface Choice {
  name: string;
  values: string[];
  told: string | null;
}

export function choices(known: Readonly<Record<string, string[]>>, features: Features): Choice[] {
  const possible = new Map(Object.entries(known));
  const told = new Map(Object.entries(features));
  return [...new Set([...possible.keys(), ...told.keys()])].map((name) => {
    const value = told.get(name);
    const values = [...(possible.get(name) ?? []), ...(value === undefined ? [] : [value])];
    return { name, values: [...new Set(values)], told: value ?? null };
  });
}
