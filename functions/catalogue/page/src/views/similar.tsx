/** Items like one item, as two models see it. */
import type { Item, ModelCard } from "../api/types";
import { Answers } from "../components/answers";
import { Gone } from "../components/gone";
import { Search } from "../components/search";
import { Genres, Title } from "../components/title";
import { suggested } from "../pure/choice";
import { plural } from "../pure/format";
import { api, noted } from "../state/api";
import { amend, go, route } from "../state/location";
import { useTasks } from "../state/tasks";
import { titles, useTitles } from "../state/titles";

const SIDES = ["First model", "Second model"] as const;

export function SimilarView({ cards }: { cards: readonly ModelCard[] }) {
  const { id, k } = route.value;
  const models = pair(cards, route.value.models);
  const tasks = useTasks(
    id === null
      ? []
      : models.map((name) => ({
          name,
          key: `${id} ${k}`,
          load: async (signal: AbortSignal) => noted(await api.similar(name, id, k, signal)),
        })),
  );
  const title = id === null ? null : titles.value.get(id)?.title;
  const pick = (item: Item): void => go({ ...route.value, view: "similar", id: String(item.item_id) });
  return (
    <>
      <div class="asked">
        <ModelPair cards={cards} models={models} />
        <Gone cards={cards} most={SIDES.length} />
      </div>
      <div class="pair pair--wide">
        <section class="past" aria-labelledby="item-heading">
          <h2 id="item-heading">Item</h2>
          {id === null ? <p class="empty">None picked yet.</p> : <PickedItem id={id} />}
          <Search label="Search the catalogue" verb="Pick" picked={new Set(id === null ? [] : [id])} pick={pick} />
        </section>
        {id === null ? (
          <p class="empty">Pick an item: type a part of its title, or take one of the best known.</p>
        ) : cards.length === 0 ? null : (
          <Answers
            models={models}
            tasks={tasks}
            heading={title ? "Most like" : `Most like item ${id}`}
            {...(title ? { title } : {})}
            explained={false}
          />
        )}
      </div>
    </>
  );
}

/** Two of the models: those asked for, filled up with the best personal ones of other kinds. */
function pair(cards: readonly ModelCard[], wanted: readonly string[] | null): string[] {
  const names = new Set(cards.map(({ model }) => model));
  const comparing = cards.filter(({ family }) => family !== "lists" && family !== "ranker");
  const best = suggested(comparing, comparing.length);
  const candidates = [...(wanted ?? []).slice(0, 2), ...best, ...names].filter((name) => names.has(name));
  return [...new Set(candidates)].slice(0, 2);
}

function ModelPair({ cards, models }: { cards: readonly ModelCard[]; models: readonly string[] }) {
  const set = (side: number, model: string): void => {
    const other = models[1 - side];
    const next = model === other ? [...models].reverse() : models.map((one, index) => (index === side ? model : one));
    amend({ models: next });
  };
  return (
    <div class="features">
      {SIDES.slice(0, models.length).map((label, side) => (
        <label key={label}>
          {label}
          <select
            value={models[side]}
            data-testid={`similar-model-${side + 1}`}
            onChange={(event) => set(side, event.currentTarget.value)}
          >
            {cards.map(({ model }) => (
              <option key={model} value={model}>
                {model}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

function PickedItem({ id }: { id: string }) {
  useTitles([id]);
  const titled = titles.value.get(id);
  return (
    <div class="card card--picked" data-testid="similar-item" data-item={id}>
      <Title item_id={id} title={titled?.title} />
      <Genres genres={titled?.genres ?? []} />
      <p class="small">
        <span>Item {id}</span>
        {titled?.users !== undefined && <span>{plural(titled.users, "person", "people")} had it</span>}
      </p>
    </div>
  );
}
