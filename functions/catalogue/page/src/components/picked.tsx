import { useRef } from "preact/hooks";
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
  const onInput = (text: string): void => {
    const value = Number(text);
    if (text === "") reweigh(null);
    else if (value > 0 && value <= 1e6) reweigh(value);
  };
  return (
    <li data-testid="picked-item" data-item={item_id}>
      <Title item_id={item_id} title={title} />
      <input
        type="number"
        min="0"
        max="1000000"
        step="any"
        placeholder="typical"
        aria-label={`Weight of ${name}`}
        title="Weight; a typical one if left empty"
        value={weight ?? ""}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <button type="button" class="remove" aria-label={`Remove ${name}`} onClick={remove}>
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}
