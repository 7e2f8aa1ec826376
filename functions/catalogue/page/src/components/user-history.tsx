import { count, featureValue, plural } from "../pure/format";
import { MOST_CHECKED, type WholeHistory } from "../state/history";
import { CATALOGUE } from "../pure/explain";
import { HistoryCards } from "./history";
import { Notice } from "./notice";
import { Skeleton } from "./skeleton";

interface Props {
  /** Whether there are models that answer. */
  answered: boolean;
  whole: WholeHistory;
}

export function UserHistory({ answered, whole }: Props) {
  const { history, problem, loading, current, again } = whole;
  return (
    <section class={current ? "past" : "past past--old"} aria-labelledby="history-heading">
      <header>
        <h2 id="history-heading">
          History{history && current && <span class="hint"> {plural(history.total, "item")}</span>}
        </h2>
        {history && current && <Known features={history.features} />}
      </header>
      {problem && <Notice problem={problem} subject={CATALOGUE} again={again} />}
      {problem && answered && <p class="small">The answers are not checked against the history.</p>}
      {history && !problem && history.total === 0 && <Cold />}
      {history && !problem && history.total > 0 && (
        <>
          <HistoryCards items={history.items} total={history.total} loading={loading} />
          {current && answered && <Checked seen={history.items.length} total={history.total} loading={loading} />}
        </>
      )}
      {!history && !problem && (
        <div aria-busy="true">
          <Skeleton rows={6} />
        </div>
      )}
    </section>
  );
}

function Known({ features }: { features: Record<string, string | string[]> }) {
  const told = Object.entries(features);
  if (told.length === 0) return null;
  return (
    <dl class="known" data-testid="user-features">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {[value]
              .flat()
              .map((one) => featureValue(name, one))
              .join(", ")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Cold() {
  return (
    <p class="empty" data-testid="cold">
      Nobody by this id was in training: that is a cold person. These are what each model gives to somebody it has never
      seen.
    </p>
  );
}

function Checked({ seen, total, loading }: { seen: number; total: number; loading: boolean }) {
  if (loading) return <p class="small">Reading the rest of the history …</p>;
  const whole =
    seen >= total
      ? "the whole history"
      : `the newest ${count(seen)} of the history (at most ${count(MOST_CHECKED)} are read)`;
  return (
    <p class="small" data-testid="seen-checked">
      Every answer is checked against {whole}.
    </p>
  );
}
