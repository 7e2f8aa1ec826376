/** The current route, and the ways to another. */
import { signal } from "@preact/signals";
import { formatRoute, parseRoute, type Route, type View } from "../routes";

export const route = signal<Route>(parseRoute(location.hash));

/** Where each view was left, so that its tab leads back there. */
export const remembered = signal<Partial<Record<View, Route>>>(within({}, route.value));

addEventListener("hashchange", follow);
addEventListener("popstate", follow);

function follow(): void {
  if (formatRoute(route.value) !== location.hash) arrive(parseRoute(location.hash));
}

function within(left: Partial<Record<View, Route>>, next: Route): Partial<Record<View, Route>> {
  return { ...left, [next.view === "new" ? "user" : next.view]: next };
}

function arrive(next: Route): void {
  remembered.value = within(remembered.value, next);
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
