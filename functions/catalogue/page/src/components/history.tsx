import { useEffect, useRef, useState } from "preact/hooks";
import type { HistoryItem } from "../api/types";
import { count, date, weight } from "../pure/format";
import { Genres, Title } from "./title";

const PAGE = 30;

interface Props {
  items: readonly HistoryItem[];
  total: number;
  loading: boolean;
}

/** A history as cards, newest first, a page at a time. */
export function HistoryCards({ items, total, loading }: Props) {
  const [shown, setShown] = useState(PAGE);
  const first = items[0];
  useEffect(() => setShown(PAGE), [first]);
  const list = useRef<HTMLOListElement>(null);
  const more = (): void => {
    setShown(shown + PAGE);
    if (shown + PAGE >= items.length) list.current?.focus(); // the button is about to go
  };
  const visible = items.slice(0, shown);
  return (
    <div class="history" aria-busy={loading} data-testid="history">
      <ol ref={list} role="list" tabIndex={0} aria-label="History, newest first">
        {visible.map((item, index) => (
          <Card key={`${index} ${item.item_id}`} item={item} />
        ))}
        {visible.length < total && (
          <li class="more">
            <button
              type="button"
              class="secondary"
              data-testid="history-more"
              disabled={visible.length >= items.length}
              onClick={more}
            >
              Show more
            </button>
            <span class="small">
              {count(visible.length)} of {count(total)}
            </span>
          </li>
        )}
      </ol>
    </div>
  );
}

function Card({ item }: { item: HistoryItem }) {
  return (
    <li class="card" data-testid="history-item" data-item={String(item.item_id)}>
      <Title item_id={item.item_id} title={item.title} />
      <Genres genres={item.genres} />
      <p class="small">
        <span title="Weight">weight {weight(item.weight)}</span>
        {item.timestamp !== null && <time>{date(item.timestamp)}</time>}
      </p>
    </li>
  );
}
