/** A person's whole history, page by page: the first page at once, the rest behind it. */
import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import type { History } from "../api/types";
import { api } from "./api";
import { remember } from "./titles";

const FIRST = 50;
const NEXT = 1000;
export const MOST_CHECKED = 20_000;

export interface WholeHistory {
  history: History | null;
  problem: Problem | null;
  loading: boolean;
  again: () => void;
}

type Told = (part: { history?: History; problem?: Problem; loading: boolean }) => void;

async function readAll(user_id: string, signal: AbortSignal, tell: Told): Promise<void> {
  try {
    let history = await api.history(user_id, FIRST, 0, signal);
    for (;;) {
      remember(history.items);
      const more = history.next_offset !== null && history.items.length < MOST_CHECKED;
      tell({ history, loading: more });
      if (!more) return;
      const page = await api.history(user_id, NEXT, history.next_offset ?? 0, signal);
      history = { ...page, items: [...history.items, ...page.items] };
    }
  } catch (error) {
    if (!signal.aborted) tell({ problem: asProblem(error), loading: false });
  }
}

export function useHistory(user_id: string | null): WholeHistory {
  const [round, setRound] = useState(0);
  const [history, setHistory] = useState<History | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loading, setLoading] = useState(user_id !== null);
  useEffect(() => {
    if (user_id === null) return;
    const stop = new AbortController();
    setLoading(true);
    setProblem(null);
    void readAll(user_id, stop.signal, (part) => {
      if (part.history) setHistory(part.history);
      if (part.problem) setProblem(part.problem);
      setLoading(part.loading);
    });
    return () => stop.abort();
  }, [user_id, round]);
  return { history, problem, loading, again: () => setRound(round + 1) };
}
