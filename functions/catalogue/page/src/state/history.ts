/** A person's whole history, page by page: the first page at once, the rest behind it. */
import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import type { History } from "../api/types";
import { api } from "./api";
import { remember } from "./titles";

const FIRST = 50;
const NEXT = 1000;
export const MOST_CHECKED = 20_000;

interface Part {
  history?: History;
  problem?: Problem;
  loading: boolean;
}

export interface WholeHistory extends Part {
  /** Whether this is of the person asked for, not of the one before, whose history stays until then. */
  current: boolean;
  again: () => void;
}

async function readAll(user_id: string, signal: AbortSignal, tell: (part: Part) => void): Promise<void> {
  let history: History | undefined;
  try {
    do {
      const page = await api.history(user_id, history ? NEXT : FIRST, history?.next_offset ?? 0, signal);
      if (signal.aborted) return;
      remember(page);
      history = { ...page, items: [...(history?.items ?? []), ...page.items] };
      tell({ history, loading: unread(history) });
    } while (unread(history));
  } catch (error) {
    if (!signal.aborted) tell({ ...(history && { history }), problem: asProblem(error), loading: false });
  }
}

const unread = ({ next_offset, items }: History): boolean => next_offset !== null && items.length < MOST_CHECKED;

export function useHistory(user_id: string | null): WholeHistory {
  const [round, setRound] = useState(0);
  const [told, setTold] = useState<{ of: string; part: Part } | null>(null);
  useEffect(() => {
    if (user_id === null) return;
    const stop = new AbortController();
    void readAll(user_id, stop.signal, (part) => setTold({ of: user_id, part }));
    return () => stop.abort();
  }, [user_id, round]);
  const again = (): void => {
    setTold(null);
    setRound(round + 1);
  };
  if (told && told.of === user_id) return { ...told.part, current: true, again };
  return { ...(told?.part.history && { history: told.part.history }), loading: true, current: false, again };
}
