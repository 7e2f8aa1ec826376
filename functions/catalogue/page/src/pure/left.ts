/** Where each view was left, as text that a tab can keep. */
import { formatRoute, parseRoute, VIEWS, type Route, type View } from "../routes";

export type Left = Partial<Record<View, Route>>;

/** Known and new people are two sides of one view. */
export const within = (left: Left, next: Route): Left => ({
  ...left,
  [next.view === "new" ? "user" : next.view]: next,
});

export const leftToText = (left: Left): string => Object.values(left).map(formatRoute).join("\n");

/** Only what this page could have written is taken. */
export const leftIn = (text: string | null): Left =>
  (text ?? "")
    .split("\n")
    .filter((hash) => VIEWS.some((view) => hash.startsWith(`#/${view}`)))
    .map(parseRoute)
    .reduce(within, {});
