import { COUNTS } from "../routes";
import { amend, route } from "../state/location";

export function CountPicker() {
  return (
    <label class="count">
      Items
      <select
        value={route.value.k}
        data-testid="k"
        onChange={(event) => amend({ k: Number(event.currentTarget.value) })}
      >
        {COUNTS.map((k) => (
          <option key={k} value={k}>
            {k}
          </option>
        ))}
      </select>
    </label>
  );
}
