import type { Models } from "../api/types";
import type { Asked } from "../state/tasks";
import { titlesProblem } from "../state/titles";
import { Notice } from "./notice";

/** While no card is here: why. */
export function NoCards({ asked: { problem, again } }: { asked: Asked<Models> }) {
  if (problem) return <Notice problem={problem} subject="the list of models" again={again} />;
  return <p aria-busy="true">Asking which models there are …</p>;
}

/** A token of the catalogue alone may see what people had, and nothing of what they would be shown. */
export function NoModels({ catalogue }: { catalogue: boolean }) {
  return (
    <div class="notice notice--calm" role="alert" data-testid="no-models">
      <strong>This token covers no model.</strong>
      <p>Nothing is published yet, or the token names other models.</p>
      {catalogue && titlesProblem.value === null && (
        <p>It may read the catalogue: people's histories, and the search for items.</p>
      )}
    </div>
  );
}
