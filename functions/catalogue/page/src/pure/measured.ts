/** What was measured of the models, cut for tables and plots. Every part may be missing. */
import type { Interval, ModelCard, Segment } from "../api/types";
import { own } from "./own";

export interface Line {
  model: string;
  points: { k: number; value: number }[];
}

export interface Spot {
  model: string;
  x: number;
  y: number;
}

export interface SegmentValue {
  model: string;
  segment: string;
  users: number;
  value: number;
  interval: Interval | null;
}

/** A number that can be drawn: what was not measured is missing, null or nothing that is finite. */
const known = (value: number | null | undefined): value is number => Number.isFinite(value);

const unique = (names: string[]): string[] => [...new Set(names)];

export const metricNames = (cards: readonly ModelCard[]): string[] =>
  unique(cards.flatMap(({ metrics }) => Object.keys(metrics ?? {})));

export const metricsByK = (cards: readonly ModelCard[]): string[] =>
  unique(cards.flatMap(({ measured_on }) => Object.keys(measured_on?.by_k ?? {})));

export function lines(cards: readonly ModelCard[], metric: string): Line[] {
  return cards
    .map(({ model, measured_on }) => ({ model, points: pointsOf(own(measured_on?.by_k, metric) ?? {}) }))
    .filter(({ points }) => points.length > 0);
}

function pointsOf(byK: Record<string, number>): Line["points"] {
  return Object.entries(byK)
    .map(([k, value]) => ({ k: Number(k), value }))
    .filter(({ k, value }) => known(k) && known(value))
    .sort((a, b) => a.k - b.k);
}

export function spots(cards: readonly ModelCard[], accuracy: string, beyond: string): Spot[] {
  return cards.flatMap(({ model, metrics, measured_on }) => {
    const [x, y] = [own(measured_on?.beyond, beyond), own(metrics, accuracy)];
    return known(x) && known(y) ? [{ model, x, y }] : [];
  });
}

const COUNTED = new Set(["users", "low", "high"]);

export function segmentMetric(cards: readonly ModelCard[]): string | null {
  const parts = cards.flatMap(({ measured_on }) => Object.values(measured_on?.by_segment ?? {}));
  return parts.flatMap((part) => Object.keys(part ?? {})).find((name) => !COUNTED.has(name)) ?? null;
}

export function segments(cards: readonly ModelCard[], metric: string): SegmentValue[] {
  return cards.flatMap(({ model, measured_on }) =>
    Object.entries(measured_on?.by_segment ?? {}).flatMap(([segment, part]) => {
      const value = own(part, metric);
      return part && known(value) ? [{ model, segment, users: part.users, value, interval: intervalOf(part) }] : [];
    }),
  );
}

const intervalOf = ({ low, high }: Segment): Interval | null => (known(low) && known(high) ? [low, high] : null);

const KINDS = ["hot", "warm", "cold"];

/** What is known of people first, then the lengths of their histories, short ones first. */
export function segmentNames(values: readonly SegmentValue[]): string[] {
  const place = (name: string): number =>
    KINDS.includes(name) ? KINDS.indexOf(name) : KINDS.length + (Number.parseInt(name.replace(/\D*/, ""), 10) || 0);
  return unique(values.map(({ segment }) => segment)).sort((a, b) => place(a) - place(b));
}

export const primaryMetric = (names: readonly string[]): string | null =>
  names.find((name) => name === "ndcg@10") ?? names[0] ?? null;
