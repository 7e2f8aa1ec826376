/** The current route, and the ways to another. */
import { signal } from "@preact/signals";
import { formatRoute, parseRoute, type Route, type View } from "../routes";

export const route = signal<Route>(parseRoute(location.hash));

/** Where each view was left, so that its tab leads back there. */
export const remembered = signal<Partial<Record<View, Route>>>({});

addEventListener("hashchange", follow);
addEventListener("popstate", follow);

function follow(): void {
  if (formatRoute(route.value) !== location.hash) arrive(parseRoute(location.hash));
}

function arrive(next: Route): void {
  const tab = next.view === "new" ? "user" : next.view;
  remembered.value = { ...remembered.value, [tab]: next };
  route.value = next;
}

export function go(to: Partial<Route> & { view: View }): void {
  location.hash = formatRoute(to);
}

/** Change what the current view shows, without a new step for Back. */
export function amend(change: Partial<Route>): void {
  const next = { ...route.value, ...change };
  history.replaceState(null, "", formatRoute(next));
  arrive(next);
}
