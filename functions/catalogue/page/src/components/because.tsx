import type { Because as Reasons } from "../api/types";
import { count, plural, share, signed } from "../pure/format";
import { titles } from "../state/titles";
import { Bar } from "./bar";
import { Title } from "./title";

const MOST_REASONS = 5;

/** Why an item stands in an answer. */
export function Because({ because }: { because: Reasons }) {
  const facts = factsOf(because);
  return (
    <div class="because" data-testid="because">
      <Shares history={because.history ?? []} />
      <Adds features={because.features ?? {}} />
      {facts.length > 0 && <p>{facts.join(" · ")}</p>}
    </div>
  );
}

function factsOf({ users, neighbours, trend }: Reasons): string[] {
  const facts: string[] = [];
  if (neighbours !== undefined) facts.push(`${count(neighbours)} like-minded had it`);
  if (users !== undefined) facts.push(`${plural(users, "person", "people")} had it`);
  if (trend) facts.push("rising lately");
  return facts;
}

function Shares({ history }: { history: NonNullable<Reasons["history"]> }) {
  if (history.length === 0) return null;
  return (
    <ul aria-label="Because of the history">
      {history.slice(0, MOST_REASONS).map((event) => (
        <li key={String(event.item_id)}>
          <Bar part={event.share} />
          <span class="number">{share(event.share)}</span>
          <Title item_id={event.item_id} title={titles.value.get(String(event.item_id))?.title} />
        </li>
      ))}
    </ul>
  );
}

function Adds({ features }: { features: Record<string, number> }) {
  const adds = Object.entries(features).slice(0, MOST_REASONS);
  if (adds.length === 0) return null;
  const most = Math.max(...adds.map(([, value]) => Math.abs(value)), Number.MIN_VALUE);
  return (
    <ul aria-label="What the ranker saw, and how much each adds to the score">
      {adds.map(([name, value]) => (
        <li key={name}>
          <Bar part={Math.abs(value) / most} negative={value < 0} />
          <span class="number">{signed(value)}</span>
          <bdi class="title" title={name}>
            {name}
          </bdi>
        </li>
      ))}
    </ul>
  );
}
