import { formatRoute, type View } from "../routes";
import { remembered, route } from "../state/location";

const TABS: readonly { view: View; name: string }[] = [
  { view: "user", name: "User" },
  { view: "fly", name: "On the fly" },
  { view: "similar", name: "Similar" },
  { view: "models", name: "Models" },
];

export function Tabs() {
  const current = route.value.view === "new" ? "user" : route.value.view;
  return (
    <nav class="tabs" aria-label="Views">
      <ul>
        {TABS.map(({ view, name }) => (
          <li key={view}>
            <a
              href={formatRoute(remembered.value[view] ?? { view })}
              aria-current={view === current ? "page" : undefined}
              data-testid={`tab-${view}`}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
