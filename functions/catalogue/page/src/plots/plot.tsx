/** A plot with its caption and the same numbers as a table. */
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colours, dark } from "./colours";

const HEIGHT = 300;

export interface Drawing {
  options: Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
}

interface Props {
  id: string;
  title: string;
  caption: string;
  drawing: () => Drawing;
  redraw: string;
  controls?: ComponentChildren;
  children: ComponentChildren;
}

export function Plot({ id, title, caption, drawing, redraw, controls, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current ? drawn(place.current, drawing()) : undefined), [redraw, dark.value]);
  return (
    <figure class="plot" data-testid={`plot-${id}`}>
      <header>
        <h3>{title}</h3>
        {controls}
      </header>
      <div class="canvas" ref={place} role="img" aria-label={`${title}. ${caption}`} />
      <figcaption>{caption}</figcaption>
      <details>
        <summary>The numbers</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={`${title}: the numbers`}>
          {children}
        </div>
      </details>
    </figure>
  );
}

function drawn(place: HTMLElement, { options, data }: Drawing): () => void {
  const plot = new uPlot({ ...options, width: Math.max(place.clientWidth, 200), height: HEIGHT }, data, place);
  const watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
  });
  watch.observe(place);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}

export function axis(label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  const { muted, line } = colours();
  const font = "12px system-ui, sans-serif";
  return {
    label,
    labelFont: font,
    font,
    labelSize: 22,
    stroke: muted,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    ...more,
  };
}

export const STILL: Pick<uPlot.Options, "legend" | "cursor" | "select" | "padding"> = {
  padding: [12, 12, 0, 0],
  legend: { show: false },
  cursor: { show: false },
  select: { show: false, left: 0, top: 0, width: 0, height: 0 },
};
