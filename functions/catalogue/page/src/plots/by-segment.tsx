import type uPlot from "uplot";
import { capital, count, metric as shown, NONE } from "../pure/format";
import { leaders, names as listed } from "../pure/leaders";
import { segmentNames, type SegmentValue } from "../pure/measured";
import { colourOf } from "./colours";
import { drawDot } from "./dot";
import { axis, Plot, STILL, type Drawing } from "./plot";

interface Props {
  values: readonly SegmentValue[];
  order: readonly string[];
  metric: string;
}

/** A metric by what is known of people, and by how long their history is. */
export function BySegment({ values, order, metric }: Props) {
  const names = segmentNames(values);
  const models = order.filter((model) => values.some((value) => value.model === model));
  return (
    <Plot
      id="by-segment"
      title={`${metric} by kind of user`}
      caption={caption(values, names, metric)}
      redraw={JSON.stringify([values, order, metric])}
      drawing={() => drawing(values, names, models, order, metric)}
    >
      <table>
        <caption class="sr-only">{metric} by kind of user</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {names.map((name) => (
              <th key={name} scope="col" class="number">
                {name} <span class="hint">{usersOf(values, name)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              {names.map((name) => (
                <Cell key={name} value={values.find((one) => one.model === model && one.segment === name)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Plot>
  );
}

function Cell({ value }: { value: SegmentValue | undefined }) {
  if (!value) return <td class="number">{NONE}</td>;
  return (
    <td class="number">
      {shown(value.value)}
      {value.interval && <span class="hint interval">{value.interval.map(shown).join(" to ")}</span>}
    </td>
  );
}

function usersOf(values: readonly SegmentValue[], segment: string): string {
  const users = values.find((value) => value.segment === segment)?.users;
  return users === undefined ? "" : `${count(users)} users`;
}

function caption(values: readonly SegmentValue[], names: readonly string[], metric: string): string {
  if (values.length === 0) return "No model of those chosen was measured by kind of user.";
  const led = new Map<string, string[]>();
  for (const name of names) {
    const by = leading(values.filter(({ segment }) => segment === name));
    led.set(by, [...(led.get(by) ?? []), name]);
  }
  const where = [...led].map(([by, of]) => `${by} (${led.size === 1 ? "everywhere" : of.join(", ")})`);
  const who = `The highest ${metric}: ${where.join("; ")}.`;
  const lengths = names.some((name) => /\d/.test(name)) ? " Numbers stand for how many items the history has." : "";
  return `One dot a model, with its 95 % interval where there is one; higher is better. ${who}${lengths}${kindsInWords(names)}`;
}

const leading = (values: readonly SegmentValue[]): string => {
  const most = leaders(values, ({ value }) => value).map(({ model }) => model);
  return most.length > 1 ? `${listed(most)} alike` : (most[0] ?? "nobody");
};

const KINDS = new Map([
  ["hot", "asked with their history"],
  ["warm", "the same people, asked as strangers of whom features are told"],
  ["cold", "the same people again, asked as strangers of whom nothing is told"],
]);

function kindsInWords(names: readonly string[]): string {
  const told = names.flatMap((name) => (KINDS.has(name) ? [`${name}: ${KINDS.get(name)}`] : []));
  return told.length === 0 ? "" : ` ${capital(told.join("; "))}.`;
}

const SPREAD = 0.7;

function drawing(
  values: readonly SegmentValue[],
  names: string[],
  models: readonly string[],
  order: readonly string[],
  metric: string,
): Drawing {
  const ends = values.flatMap(({ value, interval }) => interval ?? [value]);
  const [low, top] = [Math.min(...ends, 0), Math.max(...ends, 0)];
  return {
    options: {
      ...STILL,
      scales: {
        x: { time: false, range: [-0.5, Math.max(names.length - 0.5, 0.5)] },
        y: { range: [low * 1.05, top * 1.05 || 1] },
      },
      axes: [
        axis("kind of user", {
          size: 32,
          splits: () => names.map((_, index) => index),
          values: () => names.map(short),
          grid: { show: false },
        }),
        axis(metric, { size: 56 }),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { draw: [(plot) => drawDots(plot, values, names, models, order)] },
    },
    data: [names.map((_, index) => index), names.map(() => 0)],
  };
}

const short = (name: string): string => name.replace(/^history /, "");

function drawDots(
  plot: uPlot,
  values: readonly SegmentValue[],
  names: string[],
  models: readonly string[],
  order: readonly string[],
): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  for (const { model, segment, value, interval } of values) {
    const shift = models.length < 2 ? 0 : (models.indexOf(model) / (models.length - 1) - 0.5) * SPREAD;
    const x = plot.valToPos(names.indexOf(segment) + shift, "x", true);
    const index = order.indexOf(model);
    if (interval) {
      ctx.strokeStyle = colourOf(index);
      ctx.lineWidth = 2 * ratio;
      ctx.beginPath();
      ctx.moveTo(x, plot.valToPos(interval[0], "y", true));
      ctx.lineTo(x, plot.valToPos(interval[1], "y", true));
      ctx.stroke();
    }
    drawDot(ctx, x, plot.valToPos(value, "y", true), 3 * ratio, index);
  }
  ctx.restore();
}
