/** The cards of the models: read anew when somebody comes to look at them, and when an answer outdates one. */
import { useEffect, useRef } from "preact/hooks";
import type { ModelCard, Models } from "../api/types";
import { outdated } from "../pure/outdated";
import type { View } from "../routes";
import { api, latest } from "./api";
import { useTask, type Asked } from "./tasks";

export interface Cards {
  /** Null until some have been read; those read last stay where reading them anew fails. */
  cards: readonly ModelCard[] | null;
  asked: Asked<Models>;
}

export function useCards(view: View): Cards {
  const asked = useTask("models", (signal) => api.models(signal));
  const last = useRef<readonly ModelCard[] | null>(null);
  if (asked.value) last.current = asked.value.models;
  const opened = view === "models";
  const old = outdated(last.current ?? [], latest.value);
  useEffect(() => {
    if (last.current && (opened || old)) asked.again();
  }, [opened, old]);
  return { cards: last.current, asked };
}
