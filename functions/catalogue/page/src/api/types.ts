/** What the API sends and takes, in its own names. */
import type { Exact } from "./exact";

export type Id = Exact | string;
export type Features = Record<string, string>;

export interface Item {
  item_id: Id;
  title: string | null;
  genres: string[];
  users: number;
}

export interface Items {
  items: Item[];
  total: number;
  next_offset: number | null;
  version: string;
}

export interface Users {
  users: Id[];
  total: number;
  features: Record<string, string[]>;
  version: string;
}

export interface HistoryItem {
  item_id: Id;
  title: string | null;
  genres: string[];
  weight: number;
  timestamp: number | null;
}

export interface History {
  user_id: Id;
  features: Record<string, string | string[]>;
  items: HistoryItem[];
  total: number;
  next_offset: number | null;
  version: string;
}

export interface Because {
  history?: { item_id: Id; share: number }[];
  users?: number;
  neighbours?: number;
  trend?: boolean;
  features?: Record<string, number>;
}

export interface ItemDetail {
  item_id: Id;
  score: number | null;
  source: string;
  because: Because;
}

export interface Recommendations {
  user_id?: Id | null;
  items: Id[];
  model: string;
  version: string;
  source: string;
  ignored_items?: number;
  details?: ItemDetail[];
}

export interface SimilarItems {
  item_id: Id;
  items: Id[];
  model: string;
  version: string;
}

export interface HistoryEvent {
  item_id: Id;
  weight?: number;
}

export interface OnTheFly {
  history: HistoryEvent[];
  features: Features;
  k: number;
}

export type Interval = [number, number];
export type Segment = { users: number; low?: number | null; high?: number | null } & Record<
  string,
  number | null | undefined
>;

export interface MeasuredOn {
  fold?: { kind?: string };
  users?: number;
  intervals?: Record<string, Interval>;
  by_k?: Record<string, Record<string, number>>;
  beyond?: Record<string, number>;
  by_segment?: Record<string, Segment | null>;
}

export interface ModelCard {
  model: string;
  family: string;
  version: string;
  metrics: Record<string, number | null> | null;
  algorithm?: string;
  created_at?: string;
  alias?: { name: string; serial: number; set_at: string; previous: string | null };
  dataset?: {
    name?: string;
    users?: number;
    items?: number;
    interactions?: number;
    time_range?: [string | null, string | null];
  };
  measured_on?: MeasuredOn | null;
}

export interface Models {
  models: ModelCard[];
}
