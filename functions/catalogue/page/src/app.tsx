/** The frame of the page: who asks, which view, and what is spoken aloud. */
import { useEffect, useRef } from "preact/hooks";
import type { ModelCard, Users } from "./api/types";
import { Boundary } from "./components/boundary";
import { Intro, INTROS } from "./components/intro";
import { NoCards, NoModels } from "./components/no-models";
import { Notice } from "./components/notice";
import { TitlesNotice } from "./components/titles-notice";
import { Tabs } from "./components/tabs";
import { TokenForm } from "./components/token-form";
import { formatRoute, type View } from "./routes";
import { announcement } from "./state/announcer";
import { api } from "./state/api";
import { useCards } from "./state/cards";
import { forgetAll, forgetRead } from "./state/forget";
import { learnUsersKind } from "./state/ids";
import { route } from "./state/location";
import { token } from "./state/session";
import { useTask, type Asked } from "./state/tasks";
import { FlyView } from "./views/fly";
import { ModelsView } from "./views/models";
import { SimilarView } from "./views/similar";
import { UserView } from "./views/user";

export function App() {
  const { view, id } = route.value;
  const place = token.value === null ? null : view;
  useTitle(place, id);
  useHeadingFocus(place, id);
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
          <button type="button" class="quiet" data-testid="forget-token" onClick={forgetAll}>
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

function useTitle(place: View | null, id: string | null): void {
  useEffect(() => {
    const what = place === null ? "" : `${[INTROS[place].name, id].filter(Boolean).join(" ")} · `;
    document.title = `${what}warmstart explorer`;
  }, [place, id]);
}

/** Whoever goes to another view, or follows an answer's link, which is about to go, reads on from the heading. */
function useHeadingFocus(place: View | null, id: string | null): void {
  const before = useRef(place);
  useEffect(() => {
    const moved = before.current !== place || document.activeElement?.closest(".answer") != null;
    before.current = place;
    if (place !== null && moved) document.querySelector<HTMLElement>("h1")?.focus();
  }, [place, id]);
}

/** A link to #main would look like a route. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Explorer() {
  useEffect(() => forgetRead, []);
  const { view } = route.value;
  return (
    <>
      <Intro view={view} />
      <TitlesNotice />
      <Boundary of={formatRoute(route.value)}>
        <Read view={view} />
      </Boundary>
    </>
  );
}

function Read({ view }: { view: View }) {
  const { cards, asked } = useCards(view);
  const people = useTask("people", async (signal) => {
    const told = await api.users(10, signal);
    learnUsersKind(told.users);
    return told;
  });
  if (!cards) return <NoCards asked={asked} />;
  return (
    <>
      {cards.length === 0 && <NoModels catalogue={people.value !== undefined} />}
      {asked.problem && <Notice problem={asked.problem} subject="the list of models" again={asked.again} />}
      <Boundary of={formatRoute(route.value)}>
        <Content view={view} cards={cards} people={people} />
      </Boundary>
    </>
  );
}

function Content({ view, cards, people }: { view: View; cards: readonly ModelCard[]; people: Asked<Users> }) {
  return (
    <>
      {(view === "user" || view === "new") && <UserView cards={cards} people={people} />}
      {view === "fly" && <FlyView cards={cards} people={people} />}
      {view === "similar" && <SimilarView cards={cards} />}
      {view === "models" && cards.length > 0 && <ModelsView cards={cards} />}
    </>
  );
}
