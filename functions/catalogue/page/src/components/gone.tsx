import type { ModelCard } from "../api/types";
import { gone } from "../pure/choice";
import { route } from "../state/location";

/** A link may name models that are not served, or not with this token. */
export function Gone({ cards }: { cards: readonly ModelCard[] }) {
  const names = gone(route.value.models, cards);
  if (names.length === 0) return null;
  return (
    <p class="small" data-testid="models-gone">
      Not served with this token: <bdi>{names.join(", ")}</bdi>
    </p>
  );
}
