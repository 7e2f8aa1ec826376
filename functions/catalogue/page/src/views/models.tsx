/** Which models are served, what was measured of them, and how fast they answered. */
import { useState } from "preact/hooks";
import type { ModelCard } from "../api/types";
import { ModelTable } from "../components/model-table";
import { ByK } from "../plots/by-k";
import { BySegment } from "../plots/by-segment";
import { colourOf, comesAgain } from "../plots/colours";
import { Novelty } from "../plots/novelty";
import { lines, metricNames, metricsByK, primaryMetric, segmentMetric, segments, spots } from "../pure/measured";

const BEYOND = "novelty@10";

export function ModelsView({ cards }: { cards: readonly ModelCard[] }) {
  return (
    <>
      <ModelTable cards={cards} />
      {cards.some(({ measured_on }) => measured_on?.intervals) && (
        <p class="small">
          Beneath a metric stands its 95 % interval, over the users; the highest of each metric is bold. Models whose
          intervals overlap are not told apart by it.
        </p>
      )}
      <Plots cards={cards} />
    </>
  );
}

function Plots({ cards }: { cards: readonly ModelCard[] }) {
  const order = cards.map(({ model }) => model);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [wanted, choose] = useState<string | null>(null);
  const shown = cards.filter(({ model }) => !hidden.has(model));
  const metrics = metricsByK(cards);
  const metric = wanted ?? metrics.find((name) => name === "ndcg") ?? metrics[0] ?? null;
  const accuracy = primaryMetric(metricNames(cards));
  const bySegment = segmentMetric(cards);
  const novel = accuracy !== null && spots(cards, accuracy, BEYOND).length > 0;
  return (
    <section class="plots" aria-labelledby="plots-heading">
      <h2 id="plots-heading">How they compare</h2>
      {(metric || novel || bySegment) && <Legend order={order} hidden={hidden} change={setHidden} />}
      <div class="figures">
        {metric ? (
          <ByK lines={lines(shown, metric)} order={order} metric={metric} metrics={metrics} choose={choose} />
        ) : (
          <Missing what="a metric by the number of items shown" />
        )}
        {accuracy && novel ? (
          <Novelty spots={spots(shown, accuracy, BEYOND)} order={order} accuracy={accuracy} beyond={BEYOND} />
        ) : (
          <Missing what="novelty" />
        )}
        {bySegment ? (
          <BySegment values={segments(shown, bySegment)} order={order} metric={bySegment} />
        ) : (
          <Missing what="kinds of users" />
        )}
      </div>
    </section>
  );
}

function Missing({ what }: { what: string }) {
  return (
    <p class="empty" data-testid="plot-missing">
      These versions were published without {what}: there is nothing to draw.
    </p>
  );
}

interface LegendProps {
  order: readonly string[];
  hidden: ReadonlySet<string>;
  change: (hidden: ReadonlySet<string>) => void;
}

function Legend({ order, hidden, change }: LegendProps) {
  const toggle = (model: string): void => {
    const next = new Set(hidden);
    if (!next.delete(model)) next.add(model);
    change(next);
  };
  return (
    <fieldset class="chips">
      <legend>In the plots</legend>
      {order.map((model, index) => (
        <label key={model} class="chip">
          <input type="checkbox" checked={!hidden.has(model)} onChange={() => toggle(model)} />
          <span
            class={comesAgain(index) ? "swatch swatch--hollow" : "swatch"}
            style={{ color: colourOf(index) }}
            aria-hidden="true"
          />
          {model}
        </label>
      ))}
    </fieldset>
  );
}
