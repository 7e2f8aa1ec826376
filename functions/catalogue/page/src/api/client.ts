/** The calls of the API, each one function. */
import { read, write } from "./exact";
import { ANOTHER_USER, NETWORK, NO_JSON, Problem, problemOf, UNADDRESSABLE } from "./problem";
import type { History, Id, Items, Models, OnTheFly, Recommendations, SimilarItems, Users } from "./types";

export interface Timed<T> {
  value: T;
  ms: number;
}

export interface Surroundings {
  base: string;
  token: () => string | null;
  fetch: typeof fetch;
  clock: () => number;
  /** A token was sent and not taken; by now the page may hold another. */
  refused: (sent: string | null) => void;
}

type Query = Record<string, string | number | boolean | Id[] | undefined>;

export function address(base: string, path: string, query: Query = {}): string {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url.href;
}

/** Addresses fold dots away, however they are written: `reco/als/..` would be `reco`. */
function segment(id: Id): string {
  const text = String(id);
  if (text === "." || text === "..") throw new Problem(UNADDRESSABLE);
  return encodeURIComponent(text);
}

/** What is told of another person must not pass for this one's. */
function ofUser<T extends { user_id?: Id | null }>(user_id: Id, answer: T): T {
  if (answer.user_id == null || String(answer.user_id) === String(user_id)) return answer;
  throw new Problem({ ...ANOTHER_USER, detail: `It is of user ${answer.user_id}, and ${user_id} was asked for.` });
}

/** A connection can still be lost once an answer has begun. */
async function textOf(response: Response, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw signal?.aborted ? error : new Problem(NETWORK);
  }
}

function answerIn<T>(text: string): T {
  try {
    return read(text) as T;
  } catch {
    throw new Problem(NO_JSON);
  }
}

export class Client {
  constructor(private readonly around: Surroundings) {}

  models(signal?: AbortSignal): Promise<Models> {
    return this.value("models", {}, signal);
  }

  items(query: { query?: string; ids?: Id[]; limit?: number; offset?: number }, signal?: AbortSignal): Promise<Items> {
    return this.value("items", query, signal);
  }

  users(limit: number, signal?: AbortSignal): Promise<Users> {
    return this.value("users", { limit }, signal);
  }

  async history(user_id: Id, limit: number, offset: number, signal?: AbortSignal): Promise<History> {
    return ofUser(user_id, await this.value<History>(`users/${segment(user_id)}/history`, { limit, offset }, signal));
  }

  async reco(model: string, user_id: Id, k: number, signal?: AbortSignal): Promise<Timed<Recommendations>> {
    const path = `reco/${segment(model)}/${segment(user_id)}`;
    const answer = await this.call<Recommendations>(path, { k, explain: true }, signal);
    return { ...answer, value: ofUser(user_id, answer.value) };
  }

  async onTheFly(model: string, body: OnTheFly, signal?: AbortSignal): Promise<Timed<Recommendations>> {
    return this.call(`reco/${segment(model)}`, { explain: true }, signal, body);
  }

  async similar(model: string, item_id: Id, k: number, signal?: AbortSignal): Promise<Timed<SimilarItems>> {
    return this.call(`similar/${segment(model)}/${segment(item_id)}`, { k }, signal);
  }

  private async value<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    return (await this.call<T>(path, query, signal)).value;
  }

  private async call<T>(path: string, query: Query, signal?: AbortSignal, body?: OnTheFly): Promise<Timed<T>> {
    const started = this.around.clock();
    const token = this.around.token();
    const response = await this.send(address(this.around.base, path, query), token, signal, body);
    if (response.status === 401) this.around.refused(token);
    if (!response.ok) throw await problemOf(response);
    const value = answerIn<T>(await textOf(response, signal));
    return { value, ms: this.around.clock() - started };
  }

  private async send(url: string, token: string | null, signal?: AbortSignal, body?: OnTheFly): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token ?? ""}` };
    if (body) headers["content-type"] = "application/json";
    const request: RequestInit = { method: body ? "POST" : "GET", headers, credentials: "omit", cache: "no-store" };
    if (body) request.body = write(body);
    if (signal) request.signal = signal;
    try {
      return await this.around.fetch(url, request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(NETWORK);
    }
  }
}
