/** Which models are shown, kept from view to view. */
import { signal } from "@preact/signals";
import type { ModelCard } from "../api/types";
import { chosen, MOST } from "../pure/choice";
import { amend, route } from "./location";

const last = signal<string[] | null>(null);

export function forgetShown(): void {
  last.value = null;
}

export function shownModels(cards: readonly ModelCard[]): string[] {
  return chosen(route.value.models ?? last.value, cards, MOST);
}

export function show(models: string[]): void {
  last.value = models;
  amend({ models });
}
