/** What each view is called, and what it is for. */
import type { View } from "../routes";

export const INTROS: Record<View, { name: string; about: string }> = {
  user: { name: "User", about: "What somebody had so far, and what each model would show them next." },
  new: {
    name: "A new person",
    about: "What each model gives to somebody it has never seen, by what is told of them.",
  },
  fly: {
    name: "On the fly",
    about: "Make up a person: pick what they had, say who they are, and every answer changes at once.",
  },
  similar: {
    name: "Similar items",
    about: "Pick any item: two models say, side by side, which others are most like it.",
  },
  models: {
    name: "Models",
    about: "Which models answer with this token, what they learned from, and how good they were when measured.",
  },
};

/** Its heading takes the focus when somebody comes from another view. */
export function Intro({ view }: { view: View }) {
  const { name, about } = INTROS[view];
  return (
    <header class="intro">
      <h1 tabIndex={-1}>{name}</h1>
      <p>{about}</p>
    </header>
  );
}
