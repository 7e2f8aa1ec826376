/** Places for labels beside points, none over another where there is room. */
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

export function placed(labels: readonly Label[], { line, gap, right }: Room): Label[] {
  const done: Label[] = [];
  for (const label of labels) {
    const x = label.x + gap + label.width > right ? label.x - gap - label.width : label.x + gap;
    const free = [0, 1, -1, 2, -2, 3, -3].map((step) => ({ ...label, x, y: label.y + step * line }));
    done.push(free.find((one) => !done.some((other) => overlap(one, other, line))) ?? { ...label, x });
  }
  return done;
}

function overlap(a: Label, b: Label, line: number): boolean {
  return Math.abs(a.y - b.y) < line && a.x < b.x + b.width && b.x < a.x + a.width;
}
