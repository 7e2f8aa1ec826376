import { describe, expect, it } from "vitest";
import { address, Client } from "../src/api/client";
import { Problem, retryAfter } from "../src/api/problem";

const BASE = "https://api.example/live/";

function clientOf(answer: () => Promise<Response>): { client: Client; asked: Request[]; refusals: (string | null)[] } {
  const asked: Request[] = [];
  const refusals: (string | null)[] = [];
  let now = 0;
  const client = new Client({
    base: BASE,
    token: () => "secret",
    fetch: (url, request) => {
      asked.push(new Request(url, request));
      return answer();
    },
    clock: () => (now += 7),
    refused: (sent) => refusals.push(sent),
  });
  return { client, asked, refusals };
}

const problem =
  (status: number, error_key: string, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(Response.json({ detail: "Why", errors: [{ error_key }] }, { status, headers }));

describe("what is asked", () => {
  it("keeps the stage's prefix and escapes ids", () => {
    expect(address(BASE, "reco/als/a%2Fb", { k: 3, explain: true })).toBe(
      "https://api.example/live/reco/als/a%2Fb?k=3&explain=true",
    );
    expect(address(BASE, "items", { ids: [50, "ö&"] })).toBe("https://api.example/live/items?ids=50&ids=%C3%B6%26");
  });

  it("sends the token in the header alone, and a body as JSON", async () => {
    const { client, asked } = clientOf(() => Promise.resolve(Response.json({ items: [] })));
    await client.onTheFly("als", { history: [{ item_id: 50 }], features: {}, k: 10 });
    expect(asked[0]?.url).not.toContain("secret");
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret");
    expect(await asked[0]?.json()).toEqual({ history: [{ item_id: 50 }], features: {}, k: 10 });
  });

  it("asks by every digit of an id, and reads every digit of an answer's", async () => {
    const answer = '{"user_id": null, "items": [9007199254740993], "version": "v"}';
    const { client, asked } = clientOf(() => Promise.resolve(new Response(answer)));
    const body = { history: [{ item_id: 9223372036854775807n }], features: {}, k: 1 };
    expect((await client.onTheFly("als", body)).value.items.map(String)).toEqual(["9007199254740993"]);
    expect(await asked[0]?.text()).toBe('{"history":[{"item_id":9223372036854775807}],"features":{},"k":1}');
  });

  it.each([".", ".."])("asks for no id that an address folds away: %s", async (id) => {
    const { client, asked } = clientOf(() => Promise.resolve(Response.json({})));
    await expect(client.reco("als", id, 10)).rejects.toMatchObject({ facts: { error_key: "unaddressable" } });
    expect(asked).toEqual([]);
  });

  it("measures how long an answer took", async () => {
    const { client } = clientOf(() => Promise.resolve(Response.json({ items: [1] })));
    expect((await client.reco("als", "a/b", 10)).ms).toBe(7);
  });
});

describe("what goes wrong", () => {
  it("reads the problem, the request id and when to come back", async () => {
    const { client } = clientOf(problem(429, "too_many_requests", { "retry-after": "12", "x-request-id": "r1" }));
    const error = await client.models().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).facts).toEqual({
      status: 429,
      error_key: "too_many_requests",
      detail: "Why",
      retry_after: 12,
      request_id: "r1",
    });
  });

  it("says which token was refused", async () => {
    const { client, refusals } = clientOf(problem(401, "unauthorized"));
    await expect(client.models()).rejects.toBeInstanceOf(Problem);
    expect(refusals).toEqual(["secret"]);
  });

  it("says that an answer is no JSON, whatever its status", async () => {
    const { client } = clientOf(() => Promise.resolve(new Response("<html>")));
    await expect(client.models()).rejects.toMatchObject({ facts: { status: 200, error_key: "no_json" } });
  });

  it("takes no answer of another user, in which the digits of ids count", async () => {
    const { client } = clientOf(() => Promise.resolve(new Response('{"user_id": 9007199254740992, "items": []}')));
    const another = { facts: { error_key: "another_user" } };
    await expect(client.reco("als", "9007199254740993", 10)).rejects.toMatchObject(another);
    await expect(client.history("9007199254740993", 1, 0)).rejects.toMatchObject(another);
    await expect(client.reco("als", "9007199254740992", 10)).resolves.toMatchObject({ value: { items: [] } });
  });

  it("takes a problem that is no JSON", async () => {
    const { client } = clientOf(() => Promise.resolve(new Response("<html>", { status: 502 })));
    await expect(client.models()).rejects.toMatchObject({ facts: { status: 502, error_key: "unknown" } });
  });

  it("tells a network that is down from a request that was given up", async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError("failed")));
    await expect(client.models()).rejects.toMatchObject({ facts: { status: 0, error_key: "network" } });
    const stop = AbortSignal.abort();
    await expect(client.models(stop)).rejects.not.toBeInstanceOf(Problem);
  });

  it("reads Retry-After as seconds and as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect([
      retryAfter("3", now),
      retryAfter("Thu, 01 Jan 2026 00:00:09 GMT", now),
      retryAfter(null, now),
      retryAfter("soon", now),
    ]).toEqual([3, 9, null, null]);
  });
});
