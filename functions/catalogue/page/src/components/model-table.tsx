import type { Interval, ModelCard } from "../api/types";
import { count, metric, milliseconds, moment, NONE } from "../pure/format";
import { leaders } from "../pure/leaders";
import { metricNames } from "../pure/measured";
import { own } from "../pure/own";
import { shortVersion } from "../pure/version";
import { latest } from "../state/api";

export function ModelTable({ cards }: { cards: readonly ModelCard[] }) {
  const metrics = metricNames(cards);
  const best = new Map(metrics.map((name) => [name, leaders(cards, (card) => own(card.metrics, name))]));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Models, as a table">
      <table class="models" data-testid="models">
        <caption class="sr-only">Models, what was measured of them, and what they learned from</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {metrics.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col" class="number">
              Latest answer
            </th>
            <th scope="col">Version</th>
            <th scope="col">Data set</th>
            <th scope="col">Measured on</th>
          </tr>
        </thead>
        <tbody>
          {cards.map((card) => (
            <tr key={card.model} data-testid="model-row" data-model={card.model}>
              <th scope="row">
                {card.model}
                <span class="hint">{[card.family, card.algorithm].filter(Boolean).join(" · ")}</span>
              </th>
              {metrics.map((name) => (
                <Metric
                  key={name}
                  value={own(card.metrics, name)}
                  interval={own(card.measured_on?.intervals, name)}
                  best={best.get(name)?.includes(card) ?? false}
                />
              ))}
              <LatestAnswer model={card.model} />
              <Version card={card} />
              <Dataset card={card} />
              <Measured card={card} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Metric({
  value,
  interval,
  best,
}: {
  value: number | null | undefined;
  interval: Interval | null | undefined;
  best: boolean;
}) {
  if (value == null) return <td class="number">{NONE}</td>;
  return (
    <td class="number">
      {best ? <strong title="The highest">{metric(value)}</strong> : metric(value)}
      {interval && <span class="hint">{interval.map(metric).join(" to ")}</span>}
    </td>
  );
}

function Version({ card: { version, created_at, alias } }: { card: ModelCard }) {
  return (
    <td>
      <span title={version} data-version={version}>
        {shortVersion(version)}
      </span>
      {alias && (
        <span class="inline-hint">
          {" "}
          {alias.name} no. {alias.serial}
        </span>
      )}
      {created_at && <span class="hint">made {moment(created_at)}</span>}
      {alias && <span class="hint">set {moment(alias.set_at)}</span>}
      {alias && (
        <span class="hint" title={alias.previous ?? undefined}>
          {alias.previous ? `before it ${shortVersion(alias.previous)}` : "none before it"}
        </span>
      )}
    </td>
  );
}

function Dataset({ card: { dataset } }: { card: ModelCard }) {
  if (!dataset) return <td>{NONE}</td>;
  const counts = [
    dataset.users !== undefined && `${count(dataset.users)} users`,
    dataset.items !== undefined && `${count(dataset.items)} items`,
    dataset.interactions !== undefined && `${count(dataset.interactions)} interactions`,
  ].filter(Boolean);
  const [start, end] = dataset.time_range ?? [null, null];
  return (
    <td>
      {dataset.name ?? "unnamed"}
      {counts.length > 0 && <span class="hint">{counts.slice(0, 2).join(", ")}</span>}
      {counts.length > 2 && <span class="hint">{counts[2]}</span>}
      {(start || end) && (
        <span class="hint">
          {moment(start, "day")} to {moment(end, "day")}
        </span>
      )}
    </td>
  );
}

function Measured({ card: { measured_on } }: { card: ModelCard }) {
  if (!measured_on || Object.keys(measured_on).length === 0) return <td class="hint-cell">not measured</td>;
  const { fold, users } = measured_on;
  return (
    <td>
      {fold?.kind ? fold.kind.replaceAll("_", " ") : "fold not told"}
      {users !== undefined && <span class="hint">{count(users)} users</span>}
    </td>
  );
}

function LatestAnswer({ model }: { model: string }) {
  const answer = latest.value.get(model);
  if (!answer) return <td class="number hint-cell">none yet</td>;
  return (
    <td class="number" data-testid="latest-answer">
      {milliseconds(answer.ms)}
      <span class="hint" title={answer.version} data-version={answer.version}>
        {shortVersion(answer.version)}
      </span>
    </td>
  );
}
