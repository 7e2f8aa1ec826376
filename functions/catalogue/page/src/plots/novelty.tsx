import type uPlot from "uplot";
import { metric as shown } from "../pure/format";
import { leaders, leading } from "../pure/leaders";
import type { Spot } from "../pure/measured";
import { colours } from "./colours";
import { drawDot } from "./dot";
import { placed, type Label } from "./labels";
import { axis, Plot, STILL, type Drawing } from "./plot";

interface Props {
  spots: readonly Spot[];
  order: readonly string[];
  accuracy: string;
  beyond: string;
}

/** Accuracy against novelty: a point a model. */
export function Novelty({ spots, order, accuracy, beyond }: Props) {
  return (
    <Plot
      id="novelty"
      title={`${accuracy} against ${beyond}`}
      caption={caption(spots, accuracy, beyond)}
      redraw={JSON.stringify([spots, order, accuracy, beyond])}
      drawing={() => drawing(spots, order, accuracy, beyond)}
    >
      <table>
        <caption class="sr-only">
          {accuracy} against {beyond}
        </caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="number">
              {beyond}
            </th>
            <th scope="col" class="number">
              {accuracy}
            </th>
          </tr>
        </thead>
        <tbody>
          {spots.map(({ model, x, y }) => (
            <tr key={model}>
              <th scope="row">{model}</th>
              <td class="number">{shown(x)}</td>
              <td class="number">{shown(y)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Plot>
  );
}

function caption(spots: readonly Spot[], accuracy: string, beyond: string): string {
  if (spots.length === 0) return "No model of those chosen has both numbers.";
  const by = (axis: "x" | "y"): string[] => leaders(spots, (spot) => spot[axis]).map(({ model }) => model);
  const [exact, novel] = [by("y"), by("x")];
  const both =
    exact.length === 1 && novel.length === 1 && exact[0] === novel[0]
      ? `${exact[0]} leads in both.`
      : `By ${accuracy} ${leading(exact, "leads")}; by ${beyond} ${leading(novel, "does")}.`;
  return `One point a model: further up means a higher ${accuracy}, further right a higher ${beyond}, that is less well-known items. ${both}`;
}

function drawing(spots: readonly Spot[], order: readonly string[], accuracy: string, beyond: string): Drawing {
  const sorted = [...spots].sort((a, b) => a.x - b.x);
  const wider = (low: number, high: number): [number, number] => {
    const room = (high - low || Math.abs(high) || 1) * 0.15;
    return [low - room, high + room];
  };
  return {
    options: {
      ...STILL,
      scales: {
        x: { time: false, range: (_, low, high) => wider(low, high) },
        y: { range: (_, low, high) => wider(low, high) },
      },
      axes: [axis(`${beyond} →`, { size: 32 }), axis(`${accuracy} →`, { size: 56 })],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { draw: [(plot) => drawSpots(plot, sorted, order)] },
    },
    data: [sorted.map(({ x }) => x), sorted.map(({ y }) => y)],
  };
}

function drawSpots(plot: uPlot, spots: readonly Spot[], order: readonly string[]): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const points = spots.map(({ model, x, y }) => ({
    model,
    x: plot.valToPos(x, "x", true),
    y: plot.valToPos(y, "y", true),
  }));
  const labels = placed(
    points.map(({ model, x, y }) => ({ text: model, x, y, width: ctx.measureText(model).width })),
    { ...edges(plot), line: 15 * ratio, gap: 9 * ratio },
  );
  points.forEach(({ model, x, y }, index) => {
    const label = labels[index];
    if (label) drawLabel(ctx, label, x, y);
    drawDot(ctx, x, y, 4 * ratio, order.indexOf(model));
  });
  ctx.restore();
}

/** Within these the labels stay: where the axes are, they would not be read. */
function edges({ bbox: { left, top, width, height } }: uPlot): {
  left: number;
  right: number;
  top: number;
  bottom: number;
} {
  return { left, right: left + width, top, bottom: top + height };
}

/** A label that found no room beside its point is tied to it by a line. */
function drawLabel(ctx: CanvasRenderingContext2D, label: Label, x: number, y: number): void {
  if (label.y !== y) {
    ctx.strokeStyle = colours().muted;
    ctx.lineWidth = devicePixelRatio / 2;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(label.x < x ? label.x + label.width : label.x, label.y);
    ctx.stroke();
  }
  ctx.fillStyle = colours().ink;
  ctx.fillText(label.text, label.x, label.y);
}
