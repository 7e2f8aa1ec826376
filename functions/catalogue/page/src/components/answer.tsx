/** One model's answer: its items in order, and what stands behind each. */
import { signal } from "@preact/signals";
import type { Timed } from "../api/client";
import type { Id, ItemDetail } from "../api/types";
import { count, milliseconds, NONE, score, source } from "../pure/format";
import { shortVersion } from "../pure/version";
import type { Slot } from "../state/board";
import { similarTo } from "../state/location";
import { titles, useTitles } from "../state/titles";
import { Because } from "./because";
import { Notice } from "./notice";
import { Skeleton } from "./skeleton";
import { Genres, Title } from "./title";

export interface Shown {
  items: Id[];
  model: string;
  version: string;
  source?: string;
  ignored_items?: number;
  details?: ItemDetail[];
}

export interface AnswerProps {
  model: string;
  slot: Slot<Timed<Shown>>;
  again: () => void;
  counts: ReadonlyMap<string, number>;
  answers: number;
  seen?: ReadonlySet<string>;
  reasons: boolean;
}

/** The item that the pointer or the focus is on. */
const lit = signal<string | null>(null);

export function Answer({ model, slot, again, ...rest }: AnswerProps) {
  const answer = slot.value;
  const heading = `answer-${model}`;
  return (
    <section
      class={slot.loading && answer ? "answer answer--old" : "answer"}
      aria-labelledby={heading}
      aria-busy={slot.loading}
      data-testid="answer"
      data-model={model}
    >
      <header>
        <h3 id={heading}>{model}</h3>
        {answer && <Meta answer={answer} />}
      </header>
      <div class="body">
        {slot.problem && <Notice problem={slot.problem} subject={model} again={again} />}
        {answer ? <Items answer={answer.value} {...rest} /> : slot.loading && !slot.problem && <Skeleton rows={10} />}
      </div>
    </section>
  );
}

function Meta({ answer: { ms, value } }: { answer: Timed<Shown> }) {
  return (
    <>
      <p class="meta">
        <span data-testid="latency">{milliseconds(ms)}</span>
        <span title={value.version} data-testid="version" data-version={value.version}>
          <span class="sr-only">version </span>
          {shortVersion(value.version)}
        </span>
      </p>
      {value.source && <Badges source={value.source} ignored={value.ignored_items ?? 0} />}
    </>
  );
}

/** Its line is there without any, so that the first items of all answers stand at one height. */
function Badges({ source: from, ignored }: { source: string; ignored: number }) {
  return (
    <p class="badges">
      {from !== "model" && (
        <span class="badge" data-testid="answer-source">
          {source(from)}
        </span>
      )}
      {ignored > 0 && <span class="badge">{count(ignored)} of the history not known</span>}
    </p>
  );
}

type ItemsProps = Omit<AnswerProps, "model" | "slot" | "again"> & { answer: Shown };

function Items({ answer, counts, answers, seen, reasons }: ItemsProps) {
  const behind = (answer.details ?? []).flatMap(({ because }) =>
    (because?.history ?? []).map((event) => event.item_id),
  );
  useTitles([...answer.items, ...behind]);
  if (answer.items.length === 0) return <p class="empty">Nothing is left to recommend.</p>;
  const details = new Map((answer.details ?? []).map((detail) => [String(detail.item_id), detail]));
  return (
    <ol role="list">
      {answer.items.map((item_id, index) => (
        <Row
          key={String(item_id)}
          item_id={item_id}
          rank={index + 1}
          detail={details.get(String(item_id))}
          whole={answer.source ?? "model"}
          count={counts.get(String(item_id)) ?? 1}
          answers={answers}
          repeated={seen?.has(String(item_id)) ?? false}
          reasons={reasons}
        />
      ))}
    </ol>
  );
}

interface RowProps {
  item_id: Id;
  rank: number;
  detail: ItemDetail | undefined;
  whole: string;
  count: number;
  answers: number;
  repeated: boolean;
  reasons: boolean;
}

function Row({ item_id, rank, detail, whole, count, answers, repeated, reasons }: RowProps) {
  const key = String(item_id);
  const titled = titles.value.get(key);
  const light = (): string => (lit.value = key);
  const dim = (): null => (lit.value = null);
  const classes = ["item", lit.value === key && "item--lit", repeated && "item--seen"].filter(Boolean).join(" ");
  return (
    <li
      class={classes}
      data-testid="answer-item"
      data-item={key}
      onMouseEnter={light}
      onMouseLeave={dim}
      onFocusIn={light}
      onFocusOut={dim}
    >
      <span class="rank">{rank}</span>
      <div class="what">
        <a href={similarTo(key)}>
          <Title item_id={item_id} title={titled?.title} />
        </a>
        <Genres genres={titled?.genres ?? []} />
        {repeated && <span class="badge badge--bad">Already in the history</span>}
        {detail && detail.source !== "model" && detail.source !== whole && (
          <span class="badge" data-testid="item-source">
            {source(detail.source)}
          </span>
        )}
      </div>
      <div class="numbers">
        {detail && <span class="sr-only">score</span>}
        {detail && <Score detail={detail} />}
        {answers > 1 && <Marks count={count} answers={answers} />}
      </div>
      {reasons && detail?.because && <Because because={detail.because} />}
    </li>
  );
}

function Score({ detail }: { detail: ItemDetail }) {
  return (
    <span class="number" title="Score" data-testid="score">
      {detail.score === null ? NONE : score(detail.score)}
    </span>
  );
}

function Marks({ count, answers }: { count: number; answers: number }) {
  const text = `In ${count} of ${answers} answers`;
  return (
    <span class="marks" role="img" aria-label={text} title={text} data-testid="marks" data-count={count}>
      {Array.from({ length: answers }, (_, index) => (
        <i key={index} class={index < count ? "on" : ""} />
      ))}
    </span>
  );
}
