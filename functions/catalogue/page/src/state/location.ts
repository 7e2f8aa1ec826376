/** The current route, and the ways to another. */
import { signal } from "@preact/signals";
import { leftIn, leftToText, within, type Left } from "../pure/left";
import { formatRoute, parseRoute, type Route, type View } from "../routes";
import { keep, kept } from "./kept";

const NAME = "warmstart.left";

export const route = signal<Route>(parseRoute(location.hash));

/** Where each view was left, so that its tab leads back there. */
export const remembered = signal<Left>({});

recall(within(leftIn(kept(NAME)), route.value));
addEventListener("hashchange", follow);
addEventListener("popstate", follow);

function recall(left: Left): void {
  remembered.value = left;
  keep(NAME, leftToText(left));
}

function follow(): void {
  if (formatRoute(route.value) !== location.hash) arrive(parseRoute(location.hash));
}

function arrive(next: Route): void {
  recall(within(remembered.value, next));
  route.value = next;
}

export function go(to: Partial<Route> & { view: View }): void {
  location.hash = formatRoute(to);
}

/** The address of an item's likes, by the models that were last compared there. */
export function similarTo(id: string): string {
  const { models = null, k = 10 } = remembered.value.similar ?? {};
  return formatRoute({ view: "similar", id, models, k });
}

/** Change what the current view shows, without a new step for Back. */
export function amend(change: Partial<Route>): void {
  const next = { ...route.value, ...change };
  history.replaceState(null, "", formatRoute(next));
  arrive(next);
}

/** Leave no trace of what was looked at, in the page or in its address. */
export function forgetRoutes(): void {
  history.replaceState(null, "", "#/");
  route.value = parseRoute("#/");
  recall({});
}
