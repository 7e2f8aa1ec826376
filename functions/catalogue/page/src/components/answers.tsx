/** Several answers side by side: what they share, and what must not be among them. */
import { useEffect, useState } from "preact/hooks";
import type { Timed } from "../api/client";
import { agreement, inWords } from "../pure/agreement";
import { repeated } from "../pure/seen";
import { announce } from "../state/announcer";
import { EMPTY } from "../state/board";
import type { Tasks } from "../state/tasks";
import { titles } from "../state/titles";
import { CountPicker } from "./count-picker";
import { Answer, type Shown } from "./answer";
import { Title } from "./title";

interface Props {
  models: readonly string[];
  tasks: Tasks<Timed<Shown>>;
  heading: string;
  /** The title that ends the heading: data, and so set apart. */
  title?: string;
  /** The key of what is asked now: older answers are not held against what is seen now. */
  asked?: string;
  seen?: ReadonlySet<string>;
  explained?: boolean;
}

export function Answers({ models, tasks, heading, title, asked, seen, explained = true }: Props) {
  const [reasons, setReasons] = useState(true);
  const slots = models.map((model) => tasks.slot(model));
  const arrived = slots.flatMap(({ value }) => (value ? [value.value] : []));
  const current = slots.flatMap(({ key, value }) => (value && key === asked ? [value.value] : []));
  const shared = agreement(arrived);
  const words = inWords(shared);
  const scored = arrived.filter(({ details }) => details?.some(({ score }) => score !== null)).length;
  const shares =
    explained && reasons && arrived.some(({ details }) => details?.some(({ because }) => because?.history?.length));
  const hints = [
    words && "Dots: in how many answers an item is.",
    shares && "Percentages: share of the score.",
    arrived.some(ofGroup) && "A group's list: its favourites first, counts of everybody.",
    scored > 1 && "Scores compare within an answer only.",
  ].filter(Boolean);
  const settled = slots.length > 0 && slots.every(({ loading }) => !loading);
  const answered = arrived.map(({ model }) => model).join(", ") || "no model";
  useEffect(
    () =>
      settled ? announce(`${[heading, title].filter(Boolean).join(" ")}: ${answered} answered. ${words}`) : undefined,
    [settled, answered, words, heading, title],
  );
  return (
    <section class="answers" aria-labelledby="answers-heading">
      <header>
        <h2 id="answers-heading">
          {heading} {title && <bdi dir="auto">{title}</bdi>}
        </h2>
        <div class="settings">
          <CountPicker />
          {explained && (
            <label class="switch">
              <input type="checkbox" checked={reasons} onChange={(event) => setReasons(event.currentTarget.checked)} />
              Reasons
            </label>
          )}
        </div>
        <p
          class={slots.some(({ loading }) => loading) ? "agreement agreement--old" : "agreement"}
          data-testid="agreement"
        >
          {words || (models.length === 0 && "Choose a model above.")}{" "}
          <span class="hint">{hints.join(" ") || "\u00a0"}</span>
        </p>
      </header>
      {seen && <SeenWarning answers={current} seen={seen} />}
      <div class="strip" data-count={models.length}>
        {models.map((model, index) => (
          <Answer
            key={model}
            model={model}
            slot={slots[index] ?? EMPTY}
            again={() => tasks.again(model)}
            counts={shared.counts}
            answers={shared.answers}
            reasons={explained && reasons}
            {...(seen && slots[index]?.key === asked ? { seen } : {})}
          />
        ))}
      </div>
    </section>
  );
}

/** Whether a list of a group of people answered, `popular:sex_f`. */
const ofGroup = ({ source }: Shown): boolean => source?.includes(":") ?? false;

function SeenWarning({ answers, seen }: { answers: readonly Shown[]; seen: ReadonlySet<string> }) {
  const found = repeated(answers, seen);
  if (found.length === 0) return null;
  return (
    <div class="notice notice--bad" role="alert" data-testid="seen-warning">
      <strong>Seen items are among the answers. That must never happen.</strong>
      <ul>
        {found.map(({ model, version, item_id }) => (
          <li key={`${model} ${item_id}`}>
            <b>{model}</b>, version <code>{version}</code>: item {String(item_id)},{" "}
            <Title item_id={item_id} title={titles.value.get(String(item_id))?.title} />
          </li>
        ))}
      </ul>
    </div>
  );
}
