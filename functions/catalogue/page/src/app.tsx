/** The frame of the page: who asks, which view, and what is spoken aloud. */
import { useEffect } from "preact/hooks";
import type { Models } from "./api/types";
import { Notice } from "./components/notice";
import { TitlesNotice } from "./components/titles-notice";
import { Tabs } from "./components/tabs";
import { TokenForm } from "./components/token-form";
import type { View } from "./routes";
import { announcement } from "./state/announcer";
import { api, forgetLatest } from "./state/api";
import { route } from "./state/location";
import { forget, token } from "./state/session";
import { useTask, type Asked } from "./state/tasks";
import { forgetTitles } from "./state/titles";
import { FlyView } from "./views/fly";
import { ModelsView } from "./views/models";
import { SimilarView } from "./views/similar";
import { UserView } from "./views/user";

const NAMES: Record<View, string> = {
  user: "User",
  new: "A new person",
  fly: "On the fly",
  similar: "Similar items",
  models: "Models",
};

export function App() {
  const { view, id } = route.value;
  useEffect(() => {
    document.title = `${[NAMES[view], id].filter(Boolean).join(" ")} · warmstart explorer`;
  }, [view, id]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class="top">
        <p class="brand">
          warmstart <span>explorer</span>
        </p>
        {token.value !== null && <Tabs />}
        {token.value !== null && (
          <button type="button" class="quiet" data-testid="forget-token" onClick={forget}>
            Forget token
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        {token.value === null ? <TokenForm /> : <Explorer key={token.value} />}
      </main>
      <p class="sr-only" role="status" data-testid="announcement">
        {announcement.value}
      </p>
    </>
  );
}

/** A link to #main would look like a route. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Explorer() {
  useEffect(() => () => (forgetTitles(), forgetLatest()), []);
  const models = useTask("models", (signal) => api.models(signal));
  const people = useTask("people", (signal) => api.users(10, signal));
  const cards = models.value?.models ?? [];
  if (cards.length === 0) return <NoModels models={models} />;
  const { view } = route.value;
  return (
    <>
      <TitlesNotice />
      {(view === "user" || view === "new") && <UserView cards={cards} people={people} />}
      {view === "fly" && <FlyView cards={cards} people={people} />}
      {view === "similar" && <SimilarView cards={cards} />}
      {view === "models" && <ModelsView cards={cards} />}
    </>
  );
}

function NoModels({ models }: { models: Asked<Models> }) {
  const { problem, value, again } = models;
  return (
    <>
      <header class="intro">
        <h1>Explorer</h1>
        {!problem && !value && <p aria-busy="true">Asking which models there are …</p>}
      </header>
      {problem && <Notice problem={problem} subject="the list of models" again={again} />}
      {value && (
        <div class="notice notice--calm" role="alert" data-testid="no-models">
          <strong>This token covers no model.</strong>
          <p>Nothing is published yet, or the token names other models.</p>
        </div>
      )}
    </>
  );
}
