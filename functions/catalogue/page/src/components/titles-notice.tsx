import { titlesProblem } from "../state/titles";

/** Said once for the whole page: without the catalogue, ids stand where titles would. */
export function TitlesNotice() {
  const problem = titlesProblem.value;
  if (!problem || problem.facts.status === 401) return null;
  const { status, request_id } = problem.facts;
  const why =
    status === 403
      ? "This token does not cover the catalogue"
      : status === 503
        ? "No catalogue is published yet, or it cannot be read"
        : "The catalogue does not answer at the moment";
  return (
    <p class="notice notice--calm" role="status" data-testid="titles-problem" data-status={status}>
      {why}: ids stand in place of titles. {status >= 500 && status !== 503 && request_id && <code>{request_id}</code>}
    </p>
  );
}
