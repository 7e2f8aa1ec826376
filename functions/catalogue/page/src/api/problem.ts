/** An answer that is none: what went wrong, and what a person can do about it. */
export interface ProblemFacts {
  status: number;
  error_key: string;
  detail: string;
  retry_after: number | null;
  request_id: string | null;
}

export class Problem extends Error {
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts) {
    super(facts.detail);
    this.facts = facts;
  }
}

export const NETWORK: ProblemFacts = {
  status: 0,
  error_key: "network",
  detail: "The API cannot be reached",
  retry_after: null,
  request_id: null,
};

export const NO_JSON: ProblemFacts = { ...NETWORK, status: 200, error_key: "no_json", detail: "The answer is no JSON" };

export const ANOTHER_USER: ProblemFacts = { ...NETWORK, status: 200, error_key: "another_user", detail: "" };

export const UNEXPECTED: ProblemFacts = { ...NETWORK, status: 200, error_key: "unexpected", detail: "" };

export const UNADDRESSABLE: ProblemFacts = {
  ...NETWORK,
  status: 400,
  error_key: "unaddressable",
  detail: "No address can hold this id",
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export function errorKey(body: unknown): string {
  const errors = isRecord(body) ? body["errors"] : null;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  return isRecord(first) && typeof first["error_key"] === "string" ? first["error_key"] : "unknown";
}

export function detailOf(body: unknown, fallback: string): string {
  return isRecord(body) && typeof body["detail"] === "string" ? body["detail"] : fallback;
}

/** Seconds to wait, from a Retry-After header of either kind (a number of seconds, or a date). */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  return new Problem({
    status: response.status,
    error_key: errorKey(body),
    detail: detailOf(body, response.statusText || `Status ${response.status}`),
    retry_after: retryAfter(response.headers.get("retry-after"), Date.now()),
    request_id: response.headers.get("x-request-id"),
  });
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ ...UNEXPECTED, detail: String(error) });
}
