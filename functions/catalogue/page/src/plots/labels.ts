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
  right: number;
}

const STEPS = [0, 1, -1, 2, -2, 3, -3];

export function placed(labels: readonly Label[], { line, gap, right }: Room): Label[] {
  const taken: Label[] = labels.map(({ x, y }) => ({ text: "", x: x - gap / 2, y, width: gap }));
  return labels.map((label) => {
    const sides = [label.x + gap, label.x - gap - label.width].filter((x) => x >= 0 && x + label.width <= right);
    const places = STEPS.flatMap((step) => sides.map((x) => ({ ...label, x, y: label.y + step * line })));
    const place = places.find((one) => !taken.some((other) => overlap(one, other, line))) ?? {
      ...label,
      x: label.x + gap,
    };
    taken.push(place);
    return place;
  });
}

function overlap(a: Label, b: Label, line: number): boolean {
  return Math.abs(a.y - b.y) < line && a.x < b.x + b.width && b.x < a.x + a.width;
}
