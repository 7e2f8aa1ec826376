/** A search in the catalogue: a combobox over a list that stays while the next one loads. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Item } from "../api/types";
import { CATALOGUE } from "../pure/explain";
import { plural } from "../pure/format";
import { api } from "../state/api";
import { idOf } from "../state/ids";
import { useTask } from "../state/tasks";
import { remember } from "../state/titles";
import { useDebounced } from "../state/use-debounced";
import { Notice } from "./notice";
import { Genres, Title } from "./title";

const DEBOUNCE_MS = 120;
const MOST_FOUND = 20;
const LONGEST = 100;

interface Props {
  label: string;
  pick: (item: Item) => void;
  picked: ReadonlySet<string>;
  verb: string;
  /** Whether more than one item can be picked. */
  several?: boolean;
}

export function Search({ label, pick, picked, verb, several = false }: Props) {
  const [text, setText] = useState("");
  const query = useDebounced(text.trim(), DEBOUNCE_MS);
  const found = useTask(`items ${query}`, async (signal) => {
    const items = await api.items({ query, limit: MOST_FOUND }, signal);
    remember(items);
    return { ...items, query };
  });
  if (found.problem && [403, 503].includes(found.problem.facts.status)) {
    return (
      <>
        <ById label={label} pick={pick} />
        {found.problem.facts.status === 503 && (
          <Notice problem={found.problem} subject={CATALOGUE} again={found.again} />
        )}
      </>
    );
  }
  const items = found.value?.items ?? [];
  const waits = found.loading || query !== text.trim();
  return (
    <div class="search">
      <Combobox
        {...{ label, pick, picked, verb, several, text, setText, items, waits }}
        total={found.value ? totals(found.value.total, items.length, found.value.query) : "\u00a0"}
      />
      {found.problem && <Notice problem={found.problem} subject={CATALOGUE} again={found.again} />}
    </div>
  );
}

function totals(total: number, shown: number, query: string): string {
  if (total === 0) return "Nothing is called that.";
  if (query === "") return `The best known of ${plural(total, "item")}.`;
  return total > shown ? `The first ${shown} of ${plural(total, "item")}.` : `${plural(total, "item")}.`;
}

interface ComboboxProps extends Props {
  several: boolean;
  total: string;
  text: string;
  setText: (text: string) => void;
  items: readonly Item[];
  waits: boolean;
}

function Combobox({ label, pick, picked, verb, several, total, text, setText, items, waits }: ComboboxProps) {
  const id = useId();
  const [active, setActive] = useState(-1);
  const [entered, setEntered] = useState(false); // before the list of what was typed was here
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (waits) return;
    const last = Math.min(active, items.length - 1);
    if (last !== active) setActive(last);
    const item = items[last];
    if (entered && item) pick(item);
    setEntered(false);
  }, [waits, items]);
  const type = (typed: string): void => {
    setText(typed);
    setActive(-1);
    setEntered(false);
  };
  useEffect(() => {
    if (!waits) list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, waits]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moved(event.key, active, waits ? MOST_FOUND : items.length);
    const item = items[active];
    if (next !== null) setActive(next);
    else if (event.key === "Enter" && waits) setEntered(active >= 0);
    else if (event.key === "Enter" && item) pick(item);
    else if (event.key === "Escape" && text) type("");
    else return;
    event.preventDefault();
  };
  return (
    <>
      <label for={`${id}-input`}>{label}</label>
      <input
        id={`${id}-input`}
        type="search"
        role="combobox"
        list={undefined}
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 && !waits ? `${id}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={LONGEST}
        placeholder="Title or id"
        value={text}
        data-testid="search"
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p class="small" data-testid="search-total" aria-live="polite">
        {total}
      </p>
      <ul
        ref={list}
        id={`${id}-list`}
        class={waits ? "found found--old" : "found"}
        role="listbox"
        aria-label={`${verb}: what was found`}
        aria-busy={waits}
        aria-multiselectable={several}
        tabIndex={-1}
      >
        {items.map((item, index) => (
          <li
            key={String(item.item_id)}
            id={`${id}-${index}`}
            role="option"
            class={index === active && !waits ? "option option--active" : "option"}
            aria-selected={picked.has(String(item.item_id))}
            data-testid="search-item"
            data-item={String(item.item_id)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(item)}
          >
            <Title item_id={item.item_id} title={item.title} />
            <Genres genres={item.genres} />
          </li>
        ))}
      </ul>
    </>
  );
}

function moved(key: string, active: number, length: number): number | null {
  if (length === 0) return null;
  if (key === "ArrowDown") return (active + 1) % length;
  if (key === "ArrowUp") return active <= 0 ? length - 1 : active - 1;
  return null;
}

/** Without the catalogue there is nothing to search in: an id does. */
function ById({ label, pick }: Pick<Props, "label" | "pick">) {
  const [text, setText] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim()) pick({ item_id: idOf(text.trim()), title: null, genres: [], users: 0 });
    setText("");
  };
  return (
    <form class="inline" onSubmit={submit}>
      <label>
        {label} by id
        <input value={text} data-testid="item-id" onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit">Take</button>
    </form>
  );
}
