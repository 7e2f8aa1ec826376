import type { Line } from "../pure/measured";
import { leaders, leading } from "../pure/leaders";
import { metric as shown } from "../pure/format";
import { colourOf, colours, comesAgain } from "./colours";
import { axis, Plot, STILL, type Drawing } from "./plot";

interface Props {
  lines: readonly Line[];
  order: readonly string[];
  metric: string;
  metrics: readonly string[];
  choose: (metric: string) => void;
}

/** A metric against how many items are shown. */
export function ByK({ lines, order, metric, metrics, choose }: Props) {
  const ks = [...new Set(lines.flatMap(({ points }) => points.map(({ k }) => k)))].sort((a, b) => a - b);
  return (
    <Plot
      id="by-k"
      title={`${metric} by items shown`}
      caption={caption(lines, ks, metric)}
      redraw={JSON.stringify([lines, order, metric])}
      drawing={() => drawing(lines, ks, order, metric)}
      controls={
        <label class="small">
          Metric{" "}
          <select value={metric} data-testid="by-k-metric" onChange={(event) => choose(event.currentTarget.value)}>
            {metrics.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      }
    >
      <table>
        <caption class="sr-only">{metric} by items shown</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {ks.map((k) => (
              <th key={k} scope="col" class="number">
                k = {k}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ model, points }) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              {ks.map((k) => (
                <td key={k} class="number">
                  {shown(valueAt(points, k) ?? NaN)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Plot>
  );
}

const valueAt = (points: Line["points"], at: number): number | null => points.find(({ k }) => k === at)?.value ?? null;

function caption(lines: readonly Line[], ks: readonly number[], metric: string): string {
  const most = ks.at(-1);
  const top = most === undefined ? [] : leaders(lines, ({ points }) => valueAt(points, most));
  if (!top[0] || most === undefined) return "No model of those chosen has these numbers.";
  const who = leading(
    top.map(({ model }) => model),
    `has the highest ${metric}`,
  );
  return `One line a model, higher is better. With ${most} items shown ${who}, ${shown(valueAt(top[0].points, most) ?? NaN)}.`;
}

function drawing(lines: readonly Line[], ks: number[], order: readonly string[], metric: string): Drawing {
  const series = lines.map(({ model }) => {
    const index = order.indexOf(model);
    const colour = colourOf(index);
    return {
      label: model,
      stroke: colour,
      width: 2,
      ...(comesAgain(index) && { dash: [7, 4] }),
      points: { show: true, size: 7, fill: comesAgain(index) ? colours().ground : colour, stroke: colour },
    };
  });
  return {
    options: {
      ...STILL,
      scales: {
        x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] },
        y: { range: (_, low, high) => [Math.min(0, low * 1.08), Math.max(0, high * 1.08) || 1] },
      },
      axes: [
        axis("k, items shown", { size: 32, splits: () => ks, values: (_, splits) => splits.map(String) }),
        axis(metric, { size: 56 }),
      ],
      series: [{}, ...series],
    },
    data: [ks, ...lines.map(({ points }) => ks.map((k) => valueAt(points, k)))],
  };
}
