import type { ModelCard } from "../api/types";
import { MOST } from "../pure/choice";

interface Props {
  cards: readonly ModelCard[];
  models: readonly string[];
  change: (models: string[]) => void;
}

export function ModelPicker({ cards, models, change }: Props) {
  if (cards.length === 0) return null;
  const full = models.length >= MOST;
  const toggle = (model: string): void =>
    change(models.includes(model) ? models.filter((one) => one !== model) : [...models, model]);
  return (
    <fieldset class="chips">
      <legend>
        Models <span class="hint">up to {MOST}</span>
      </legend>
      {cards.map(({ model }) => (
        <label key={model} class="chip">
          <input
            type="checkbox"
            name="models"
            value={model}
            checked={models.includes(model)}
            disabled={full && !models.includes(model)}
            onChange={() => toggle(model)}
          />
          {model}
        </label>
      ))}
    </fieldset>
  );
}
