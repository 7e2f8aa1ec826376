import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import { explain, waitFor } from "../pure/explain";
import { soon, waiting } from "../pure/format";

interface Props {
  problem: Problem;
  subject: string;
  again?: () => void;
}

/** What went wrong; where the API says when to come back, the page does so by itself. */
export function Notice({ problem, subject, again }: Props) {
  const { facts } = problem;
  const words = explain(facts, subject);
  const kind = facts.error_key === "similar_not_supported" ? "notice notice--calm" : "notice notice--bad";
  const refused = facts.status >= 400 && facts.status < 500 && facts.status !== 429;
  return (
    <div class={kind} data-testid="problem" data-status={facts.status}>
      <div role="alert">
        <strong>{words.title}</strong>
        <p>{words.text}</p>
      </div>
      {again && !refused && <Again problem={problem} again={again} />}
      {facts.status >= 500 && facts.request_id && (
        <p class="small">
          Request <code data-testid="request-id">{facts.request_id}</code>
        </p>
      )}
    </div>
  );
}

function Again({ problem, again }: { problem: Problem; again: () => void }) {
  const left = useCountdown(problem, again);
  const later = problem.facts.retry_after;
  return (
    <p class="small">
      {left !== null && (
        <span data-testid="countdown">{left > 0 ? `Asked again in ${waiting(left)}. ` : "Asking again … "}</span>
      )}
      {left === null && later !== null && <span>Possible again {soon(later)}. </span>}
      <button type="button" class="link" onClick={again}>
        Try now
      </button>
    </p>
  );
}

function useCountdown(problem: Problem, done: () => void): number | null {
  const [left, setLeft] = useState(waitFor(problem.facts));
  useEffect(() => {
    let seconds = waitFor(problem.facts);
    setLeft(seconds);
    if (seconds === null) return;
    const timer = setInterval(() => {
      seconds = (seconds ?? 1) - 1;
      setLeft(Math.max(0, seconds));
      if (seconds <= 0) {
        clearInterval(timer);
        done();
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [problem]);
  return left;
}
