/** One person, known or new: what they had, and what each model says next. */
import { useEffect, useMemo } from "preact/hooks";
import type { ModelCard, Users } from "../api/types";
import { Answers } from "../components/answers";
import { FeatureForm } from "../components/feature-form";
import { Gone } from "../components/gone";
import { ModelPicker } from "../components/model-picker";
import { Notice } from "../components/notice";
import { UserForm } from "../components/user-form";
import { UserHistory } from "../components/user-history";
import { CATALOGUE } from "../pure/explain";
import { featureValue } from "../pure/format";
import { formatRoute } from "../routes";
import { api, noted } from "../state/api";
import { useHistory } from "../state/history";
import { usersKind } from "../state/ids";
import { amend, route } from "../state/location";
import { show, shownModels } from "../state/models";
import { useTasks, type Asked } from "../state/tasks";

interface Props {
  cards: readonly ModelCard[];
  people: Asked<Users>;
}

export function UserView({ cards, people }: Props) {
  const { view, id } = route.value;
  const first = people.value?.users[0];
  useEffect(() => {
    if (view === "user" && id === null && first !== undefined) amend({ id: String(first) });
  }, [view, id, first]);
  return view === "new" ? <NewPerson cards={cards} people={people} /> : <KnownUser cards={cards} people={people} />;
}

function Modes() {
  const { view, models, k } = route.value;
  return (
    <nav class="modes" aria-label="Who">
      <a
        href={formatRoute({ view: "user", models, k })}
        aria-current={view === "user" ? "true" : undefined}
        data-testid="mode-known"
      >
        Known
      </a>
      <a
        href={formatRoute({ view: "new", models, k })}
        aria-current={view === "new" ? "true" : undefined}
        data-testid="mode-new"
      >
        New
      </a>
    </nav>
  );
}

function KnownUser({ cards, people }: Props) {
  const { id, k } = route.value;
  const models = shownModels(cards);
  const whole = useHistory(id);
  const asked = `${id} ${k}`;
  const tasks = useTasks(
    id === null
      ? []
      : models.map((name) => ({
          name,
          key: asked,
          load: async (signal: AbortSignal) => noted(await api.reco(name, id, k, signal)),
        })),
  );
  const impossible = whole.problem?.facts.error_key === "user_not_found" ? whole.problem : null;
  const history = whole.current ? whole.history : undefined;
  const seen = useMemo(
    () => (history ? new Set(history.items.map(({ item_id }) => String(item_id))) : undefined),
    [history],
  );
  return (
    <>
      <div class="asked">
        <Modes />
        <UserForm id={id} />
        <ModelPicker cards={cards} models={models} change={show} />
        <Gone cards={cards} />
      </div>
      {id === null && <NobodyYet people={people} />}
      {id !== null && impossible && <Notice problem={impossible} subject={CATALOGUE} />}
      {id !== null && impossible && usersKind.value === "number" && <p class="small">Users' ids are numbers here.</p>}
      {id !== null && !impossible && (
        <div class="pair">
          <UserHistory whole={whole} answered={models.length > 0} />
          {cards.length > 0 && (
            <Answers
              models={models}
              tasks={tasks}
              heading={`Answers for user ${id}`}
              asked={asked}
              {...(seen ? { seen } : {})}
            />
          )}
        </div>
      )}
    </>
  );
}

function NobodyYet({ people }: { people: Asked<Users> }) {
  if (!people.problem && !people.value) return <p aria-busy="true">Choosing somebody …</p>;
  return (
    <>
      {people.problem && <Notice problem={people.problem} subject={CATALOGUE} again={people.again} />}
      <p class="empty">Type a user's id above to see what the models answer.</p>
    </>
  );
}

function NewPerson({ cards, people }: Props) {
  const { features, k } = route.value;
  const models = shownModels(cards);
  const tasks = useTasks(
    models.map((name) => ({
      name,
      key: JSON.stringify([features, k]),
      load: async (signal: AbortSignal) => noted(await api.onTheFly(name, { history: [], features, k }, signal)),
    })),
  );
  const told = Object.entries(features).map(([name, value]) => `${name} ${featureValue(name, value)}`);
  return (
    <>
      <div class="asked">
        <Modes />
        {people.problem && <Notice problem={people.problem} subject={CATALOGUE} again={people.again} />}
        <FeatureForm known={people.value?.features} features={features} change={(next) => amend({ features: next })} />
        <ModelPicker cards={cards} models={models} change={show} />
        <Gone cards={cards} />
      </div>
      {cards.length > 0 && (
        <Answers
          models={models}
          tasks={tasks}
          heading={
            told.length
              ? `Answers for somebody new: ${told.join(", ")}`
              : "Answers for somebody of whom nothing is told"
          }
        />
      )}
    </>
  );
}
