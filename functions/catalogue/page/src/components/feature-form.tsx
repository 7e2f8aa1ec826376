import type { Features } from "../api/types";
import { featureValue } from "../pure/format";

interface Props {
  known: Record<string, string[]>;
  features: Features;
  change: (features: Features) => void;
}

/** What can be told of a person; anything may stay untold. */
export function FeatureForm({ known, features, change }: Props) {
  const set = (name: string, value: string): void => {
    const { [name]: _, ...rest } = features;
    change(value === "" ? rest : { ...rest, [name]: value });
  };
  return (
    <div class="features">
      {Object.entries(known).map(([name, values]) => (
        <label key={name}>
          {name}
          <select
            name={name}
            value={features[name] ?? ""}
            data-testid={`feature-${name}`}
            onChange={(event) => set(name, event.currentTarget.value)}
          >
            <option value="">not told</option>
            {values.map((value) => (
              <option key={value} value={value}>
                {featureValue(name, value)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}
