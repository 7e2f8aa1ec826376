import type { Features } from "../api/types";
import { featureValue } from "../pure/format";
import { choices } from "../pure/features";

interface Props {
  /** Undefined while it is not known what can be told. */
  known: Record<string, string[]> | undefined;
  features: Features;
  change: (features: Features) => void;
}

/** What can be told of a person; anything may stay untold. */
export function FeatureForm({ known, features, change }: Props) {
  const set = (name: string, value: string): void => {
    const { [name]: _, ...rest } = features;
    change(value === "" ? rest : { ...rest, [name]: value });
  };
  const all = choices(known ?? {}, features);
  if (all.length === 0 && !known) return null;
  if (all.length === 0) return <p class="small">The training data tells nothing of people.</p>;
  return (
    <div class="features">
      {all.map(({ name, values, told }) => (
        <label key={name}>
          {name}
          <select
            name={name}
            value={told ?? ""}
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
