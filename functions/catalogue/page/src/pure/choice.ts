/** Which models are shown where nobody has chosen. */
import type { ModelCard } from "../api/types";
import { own } from "./own";

export const MOST = 4;
const RANKING = ["ndcg@10", "map@10", "recall@10"];

function merit(card: ModelCard): number {
  const known = RANKING.find((name) => own(card.metrics, name) != null);
  return known ? (own(card.metrics, known) ?? -1) : -1;
}

const personal = (card: ModelCard): boolean => card.family !== "lists";

/** The best personal models and, to compare with, the best list. */
export function suggested(cards: readonly ModelCard[], many = MOST): string[] {
  const best = [...cards].sort((a, b) => merit(b) - merit(a));
  const own = best.filter(personal);
  const lists = best.filter((card) => !personal(card));
  const leading = own.slice(0, lists.length ? many - 1 : many);
  return [...leading, ...lists].slice(0, many).map(({ model }) => model);
}

/** Those of the wanted that do not exist. */
export function gone(wanted: readonly string[] | null, cards: readonly ModelCard[]): string[] {
  const names = new Set(cards.map(({ model }) => model));
  return [...new Set(wanted ?? [])].filter((name) => !names.has(name));
}

/** Those of the wanted that exist, and for which there is no place. */
export const beyond = (wanted: readonly string[] | null, cards: readonly ModelCard[], many = MOST): string[] =>
  wanted === null
    ? []
    : chosen(wanted, cards, wanted.length)
        .filter((name) => wanted.includes(name))
        .slice(many);

/** Those of the wanted that exist, in their order; the suggested where none does. */
export function chosen(wanted: readonly string[] | null, cards: readonly ModelCard[], many = MOST): string[] {
  const names = new Set(cards.map(({ model }) => model));
  const known = [...new Set(wanted ?? [])].filter((name) => names.has(name)).slice(0, many);
  return wanted !== null && (known.length > 0 || wanted.length === 0) ? known : suggested(cards, many);
}
