/** A history made up by clicking: what the models give to people that no training saw. */
import type { Item, ModelCard, OnTheFly, Users } from "../api/types";
import { Answers } from "../components/answers";
import { FeatureForm } from "../components/feature-form";
import { Gone } from "../components/gone";
import { ModelPicker } from "../components/model-picker";
import { PickedItems } from "../components/picked";
import { Search } from "../components/search";
import { count } from "../pure/format";
import { MOST_PICKED, type Picked, type Route } from "../routes";
import { api, noted } from "../state/api";
import { assumedKind, idOf, kindShown } from "../state/ids";
import { amend, route } from "../state/location";
import { show, shownModels } from "../state/models";
import { useTasks, type Asked } from "../state/tasks";
import { keepTitle, useTitles } from "../state/titles";
import { useDebounced } from "../state/use-debounced";

const DEBOUNCE_MS = 150;
const NOBODY: OnTheFly = { history: [], features: {}, k: 1 };

type Told = Pick<Route, "history" | "features" | "k">;

interface Props {
  cards: readonly ModelCard[];
  people: Asked<Users>;
}

export function FlyView({ cards, people }: Props) {
  const { history, features, k } = route.value;
  const models = shownModels(cards);
  const settled = useDebounced(JSON.stringify({ history, features, k }), DEBOUNCE_MS);
  const told = JSON.parse(settled) as Told; // what the answers are of; the history may be a moment ahead
  const asked = `${assumedKind()} ${settled}`;
  const tasks = useTasks(
    models.map((name) => ({
      name,
      key: asked,
      load: async (signal: AbortSignal) => {
        if (told.history.length > 0) await kindShown(async () => noted(await api.onTheFly(name, NOBODY)));
        return noted(await api.onTheFly(name, body(told), signal));
      },
    })),
  );
  const seen = new Set(told.history.map(({ item_id }) => String(item_id)));
  useTitles(history.map(({ item_id }) => item_id));
  return (
    <>
      <div class="asked">
        <FeatureForm known={people.value?.features} features={features} change={(next) => amend({ features: next })} />
        <ModelPicker cards={cards} models={models} change={show} />
        <Gone cards={cards} />
      </div>
      <div class="pair pair--wide">
        <section class="past" aria-labelledby="made-up-heading">
          <h2 id="made-up-heading">
            What they had <span class="hint">{history.length || "nothing yet"}</span>
          </h2>
          {history.length >= MOST_PICKED && (
            <p class="small" data-testid="history-full">
              {count(MOST_PICKED)} items are taken, which is the most; any beyond are left out.
            </p>
          )}
          <PickedItems history={history} change={(next) => amend({ history: next })} />
          <Search
            label="Search the catalogue"
            verb="Add or remove"
            several
            picked={new Set(history.map(({ item_id }) => item_id))}
            pick={(item) => amend({ history: toggled(route.value.history, item) })}
          />
        </section>
        {cards.length > 0 && (
          <Answers
            models={models}
            tasks={tasks}
            asked={asked}
            seen={seen}
            heading={told.history.length ? "Answers for this person" : "Answers for somebody without a history"}
          />
        )}
      </div>
    </>
  );
}

/** The list shows the newest first; a history is told from the oldest on. */
function body({ history, features, k }: Told): OnTheFly {
  const events = history
    .map(({ item_id, weight }) => ({ item_id: idOf(item_id), ...(weight === null ? {} : { weight }) }))
    .reverse();
  return { history: events, features, k };
}

function toggled(history: readonly Picked[], item: Item): Picked[] {
  const item_id = String(item.item_id);
  const rest = history.filter((one) => one.item_id !== item_id);
  if (rest.length < history.length) return rest;
  keepTitle(item);
  return [{ item_id, weight: null }, ...history].slice(0, MOST_PICKED);
}
