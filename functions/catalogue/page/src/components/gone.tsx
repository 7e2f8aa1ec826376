import type { ModelCard } from "../api/types";
import { beyond, gone, MOST } from "../pure/choice";
import { route } from "../state/location";

interface Props {
  cards: readonly ModelCard[];
  /** How many have a place here. */
  most?: number;
}

/** A link may name models that are not served, not with this token, or more than have a place. */
export function Gone({ cards, most = MOST }: Props) {
  const { models } = route.value;
  const [missing, over] = [gone(models, cards), beyond(models, cards, most)];
  return (
    <>
      {missing.length > 0 && (
        <p class="small" data-testid="models-gone">
          Not served with this token: <bdi>{missing.join(", ")}</bdi>
        </p>
      )}
      {over.length > 0 && (
        <p class="small" data-testid="models-beyond">
          Left out, at most {most} are shown: <bdi>{over.join(", ")}</bdi>
        </p>
      )}
    </>
  );
}
