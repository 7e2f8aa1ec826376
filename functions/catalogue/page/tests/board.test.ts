import { expect, it } from "vitest";
import { NETWORK, Problem } from "../src/api/problem";
import { Board, current, EMPTY } from "../src/state/board";

interface Held {
  key: string;
  signal: AbortSignal;
  answer: (value: string) => void;
  fail: (error: Error) => void;
}

function held(): {
  board: Board<string>;
  ask: (...keys: string[]) => void;
  requests: Held[];
  settled: () => Promise<void>;
} {
  const requests: Held[] = [];
  const board = new Board<string>(() => undefined);
  const load = (key: string) => (signal: AbortSignal) =>
    new Promise<string>((answer, fail) => requests.push({ key, signal, answer, fail }));
  const ask = (...keys: string[]): void => board.ask(keys.map((key) => ({ name: "als", key, load: load(key) })));
  return { board, ask, requests, settled: () => new Promise((done) => setTimeout(done)) };
}

it("keeps the old answer while the new one is on its way", async () => {
  const { board, ask, requests, settled } = held();
  ask("a");
  requests[0]?.answer("first");
  await settled();
  ask("b");
  expect(board.slots.get("als")).toEqual({ key: "a", loading: true, value: "first" });
});

it("gives up what is stale, and drops its answer", async () => {
  const { board, ask, requests, settled } = held();
  ask("a");
  ask("b");
  expect(requests[0]?.signal.aborted).toBe(true);
  requests[1]?.answer("second");
  requests[0]?.answer("first");
  await settled();
  expect(board.slots.get("als")).toEqual({ key: "b", loading: false, value: "second" });
});

it("asks once for what has not changed, and forgets what nobody wants", async () => {
  const { board, ask, requests } = held();
  ask("a");
  ask("a");
  expect(requests).toHaveLength(1);
  ask();
  expect(board.slots.size).toBe(0);
  expect(requests[0]?.signal.aborted).toBe(true);
});

it("keeps a problem while the same is asked again, and not while something else is", async () => {
  const { board, ask, requests, settled } = held();
  ask("a");
  requests[0]?.fail(new Problem(NETWORK));
  await settled();
  void board.start({ name: "als", key: "a", load: () => new Promise(() => undefined) });
  expect(board.slots.get("als")).toMatchObject({ key: "a", loading: true, problem: { facts: NETWORK } });
  ask("b");
  expect(board.slots.get("als")).toEqual({ key: "", loading: true });
});

it("holds a problem in place of an answer", async () => {
  const { board, ask, requests, settled } = held();
  ask("a");
  requests[0]?.fail(new Problem(NETWORK));
  await settled();
  expect(board.slots.get("als")?.problem?.facts.error_key).toBe("network");
});

it("takes what fails while an answer is read for an answer that is not as expected", async () => {
  const { board, ask, requests, settled } = held();
  ask("a");
  requests[0]?.fail(new TypeError("items is null"));
  await settled();
  expect(board.slots.get("als")?.problem?.facts.error_key).toBe("unexpected");
});

it("marks what answers an older question, before the new one is even asked", () => {
  const task = (key: string) => ({ name: "als", key, load: () => Promise.resolve("x") });
  const slot = { key: "a", loading: false, value: "first" };
  expect(current(slot, task("a"))).toBe(slot);
  expect(current(slot, task("b"))).toEqual({ ...slot, loading: true });
  expect(current({ key: "a", loading: false, problem: new Problem(NETWORK) }, task("b"))).toBe(EMPTY);
  expect(current(undefined, task("a"))).toBe(EMPTY);
});
