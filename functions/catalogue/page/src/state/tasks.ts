/** A board of requests, as a hook. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import { Board, current, type Slot, type Task } from "./board";

export interface Tasks<T> {
  slot: (name: string) => Slot<T>;
  again: (name: string) => void;
}

export function useTasks<T>(tasks: readonly Task<T>[]): Tasks<T> {
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const board = useRef<Board<T> | null>(null);
  board.current ??= new Board<T>(() => changed(undefined));
  const held = board.current;
  const find = (name: string): Task<T> | undefined => tasks.find((task) => task.name === name);
  useEffect(() => held.ask(tasks), [tasks.map((task) => `${task.name} ${task.key}`).join("\n")]);
  useEffect(() => () => held.close(), []);
  return {
    slot: (name) => current(held.slots.get(name), find(name)),
    again: (name) => {
      const task = find(name);
      if (task) void held.start(task);
    },
  };
}

export interface Asked<T> extends Slot<T> {
  again: () => void;
}

/** One request; nothing is asked while the key is null. */
export function useTask<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const { slot, again } = useTasks(key === null ? [] : [{ name: "one", key, load }]);
  return { ...slot("one"), again: () => again("one") };
}
