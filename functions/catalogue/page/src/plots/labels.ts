/** Places for labels beside points, none over another or over a point where there is room. */
export interface Label {
  text: string;
  x: number;
  y: number;
  width: number;
}

interface Room {
  line: number;
  gap: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const STEPS = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6];

export function placed(labels: readonly Label[], { line, gap, left, right, top, bottom }: Room): Label[] {
  const taken: Label[] = labels.map(({ x, y }) => ({ text: "", x: x - gap / 2, y, width: gap }));
  return labels.map((label) => {
    const sides = [label.x + gap, label.x - gap - label.width].filter((x) => x >= left && x + label.width <= right);
    const heights = STEPS.map((step) => label.y + step * line).filter((y) => y >= top && y <= bottom);
    const places = heights.flatMap((y) => sides.map((x) => ({ ...label, x, y })));
    const place = places.find((one) => !taken.some((other) => overlap(one, other, line))) ?? {
      ...label,
      x: Math.max(left, Math.min(label.x + gap, right - label.width)),
    };
    taken.push(place);
    return place;
  });
}

function overlap(a: Label, b: Label, line: number): boolean {
  return Math.abs(a.y - b.y) < line && a.x < b.x + b.width && b.x < a.x + a.width;
}
