import { useId, useRef, useState } from "preact/hooks";
import { weight as shown } from "../pure/format";
import { MOST_WEIGHT, weightIn } from "../pure/weight";
import type { Picked } from "../routes";
import { titles } from "../state/titles";
import { Title } from "./title";

interface Props {
  history: readonly Picked[];
  change: (history: Picked[]) => void;
}

/** The made-up history: weights can be set, items taken out. */
export function PickedItems({ history, change }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const reweigh = (item_id: string, weight: number | null): void =>
    change(history.map((one) => (one.item_id === item_id ? { item_id, weight } : one)));
  const remove = (item_id: string): void => {
    change(history.filter((one) => one.item_id !== item_id));
    place.current?.focus();
  };
  return (
    <div ref={place} tabIndex={-1}>
      {history.length === 0 && <p class="empty">Click items below: they come in here.</p>}
      <ul class="picked" role="list" data-testid="picked">
        {history.map((one) => (
          <PickedItem
            key={one.item_id}
            picked={one}
            reweigh={(weight) => reweigh(one.item_id, weight)}
            remove={() => remove(one.item_id)}
          />
        ))}
      </ul>
    </div>
  );
}

interface ItemProps {
  picked: Picked;
  reweigh: (weight: number | null) => void;
  remove: () => void;
}

function PickedItem({ picked: { item_id, weight }, reweigh, remove }: ItemProps) {
  const title = titles.value.get(item_id)?.title;
  const name = title ?? `item ${item_id}`;
  return (
    <li data-testid="picked-item" data-item={item_id}>
      <Title item_id={item_id} title={title} />
      <Weight name={name} weight={weight} reweigh={reweigh} />
      <button type="button" class="remove" aria-label={`Remove ${name}`} onClick={remove}>
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}

interface WeightProps {
  name: string;
  weight: number | null;
  reweigh: (weight: number | null) => void;
}

/** What is no weight is marked while it is typed, and left for the weight that counts. */
function Weight({ name, weight, reweigh }: WeightProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const note = useId();
  const onInput = (text: string): void => {
    const value = weightIn(text);
    setTyped(text);
    if (value !== undefined) reweigh(value);
  };
  const wrong = typed !== null && weightIn(typed) === undefined;
  return (
    <>
      <input
        type="number"
        min="0"
        max={MOST_WEIGHT}
        step="any"
        placeholder="typical"
        aria-label={`Weight of ${name}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? note : undefined}
        title="Weight, over 0 and at most a million; a typical one if left empty"
        value={typed ?? weight ?? ""}
        onInput={(event) => onInput(event.currentTarget.value)}
        onBlur={() => setTyped(null)}
      />
      {wrong && (
        <span id={note} class="small refused" role="status" data-testid="weight-refused">
          Not taken: over 0, at most a million. Asked with {weight === null ? "a typical one" : shown(weight)}.
        </span>
      )}
    </>
  );
}
