/** Named requests whose old answers stay until the new ones are here, and whose stale ones are dropped. */
import { asProblem, type Problem } from "../api/problem";

export interface Task<T> {
  name: string;
  key: string;
  load: (signal: AbortSignal) => Promise<T>;
}

export interface Slot<T> {
  /** What the value or the problem answers, which while loading may be an older question. */
  key: string;
  loading: boolean;
  value?: T;
  problem?: Problem;
}

export const EMPTY: Slot<never> = { key: "", loading: true };

interface Running {
  key: string;
  stop: AbortController;
}

export class Board<T> {
  readonly slots = new Map<string, Slot<T>>();
  private readonly running = new Map<string, Running>();

  constructor(private readonly changed: () => void) {}

  ask(tasks: readonly Task<T>[]): void {
    const wanted = new Set(tasks.map((task) => task.name));
    for (const name of [...this.slots.keys()]) if (!wanted.has(name)) this.drop(name);
    for (const task of tasks) if (this.running.get(task.name)?.key !== task.key) void this.start(task);
  }

  drop(name: string): void {
    this.running.get(name)?.stop.abort();
    this.running.delete(name);
    this.slots.delete(name);
  }

  close(): void {
    for (const name of [...this.running.keys()]) this.drop(name);
  }

  async start(task: Task<T>): Promise<void> {
    this.running.get(task.name)?.stop.abort();
    const run = { key: task.key, stop: new AbortController() };
    this.running.set(task.name, run);
    this.put(task.name, waiting(task.key, this.slots.get(task.name)));
    const slot = await this.outcome(task, run.stop.signal);
    if (this.running.get(task.name) === run) this.put(task.name, slot);
  }

  private async outcome(task: Task<T>, signal: AbortSignal): Promise<Slot<T>> {
    try {
      return { key: task.key, loading: false, value: await task.load(signal) };
    } catch (error) {
      return { key: task.key, loading: false, problem: asProblem(error) };
    }
  }

  private put(name: string, slot: Slot<T>): void {
    this.slots.set(name, slot);
    this.changed();
  }
}

/** An old answer stays, whatever is asked now; a problem stays while the same is asked again. */
function waiting<T>(key: string, before: Slot<T> | undefined): Slot<T> {
  if (before?.value === undefined && (before?.problem === undefined || before.key !== key)) return EMPTY;
  return { ...before, loading: true };
}

/** Effects come after the page is drawn: until then what answers an older question is marked as such. */
export function current<T>(slot: Slot<T> | undefined, task: Task<T> | undefined): Slot<T> {
  if (!slot || !task) return EMPTY;
  return slot.loading || slot.key === task.key ? slot : waiting(task.key, slot);
}
