/** Ten colours that stand out from the page and from one another, by day and by night. */
import { signal } from "@preact/signals";

const LIGHT = [
  "#0b6b63",
  "#b3470f",
  "#5a4fc4",
  "#a6256b",
  "#2667b8",
  "#6f6200",
  "#4d5863",
  "#a12a2a",
  "#2a7a31",
  "#8240b5",
];
const DARK = [
  "#4fd0c3",
  "#ffa263",
  "#aaa2ff",
  "#ff8cc5",
  "#80b8ff",
  "#d9c84a",
  "#b4c0cb",
  "#ff9a94",
  "#83d98a",
  "#d0a0ff",
];

const scheme = matchMedia("(prefers-color-scheme: dark)");

/** Whether it is night: whoever draws with these colours draws anew when it changes. */
export const dark = signal(scheme.matches);
scheme.addEventListener("change", ({ matches }) => (dark.value = matches));

export interface Colours {
  series: readonly string[];
  ink: string;
  muted: string;
  line: string;
  ground: string;
}

export function colours(): Colours {
  return dark.value
    ? { series: DARK, ink: "#e8ebed", muted: "#a3adb5", line: "#2c343b", ground: "#14181b" }
    : { series: LIGHT, ink: "#1b2226", muted: "#59656d", line: "#e3e7ea", ground: "#ffffff" };
}

export const colourOf = (index: number): string => {
  const { series } = colours();
  return series[index % series.length] ?? "currentColor";
};

/** With more models than colours a colour comes again: then dots are hollow, and lines dashed. */
export const comesAgain = (index: number): boolean => Math.floor(index / colours().series.length) % 2 === 1;
