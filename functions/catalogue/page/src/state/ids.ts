/** Ids are integers or strings, all of one kind, and the text of a link or a field does not tell which. */
import { signal } from "@preact/signals";
import type { Id } from "../api/types";
import { idIn, kindOf, type Kind } from "../pure/kind";

/** What the API has shown of items' ids and of users', if anything. */
const items = signal<Kind | null>(null);
export const usersKind = signal<Kind | null>(null);

/** What items' ids are taken for; whoever asks with some asks again when this turns out otherwise. */
export const assumedKind = (): Kind => items.value ?? "number";

export const idOf = (text: string): Id => idIn(text, assumedKind());

export function learnKind(ids: readonly Id[]): void {
  items.value = kindOf(ids) ?? items.value;
}

export function learnUsersKind(ids: readonly (Id | null | undefined)[]): void {
  usersKind.value = kindOf(ids) ?? usersKind.value;
}

let learning: Promise<void> | null = null;

/** Wait until an answer has shown the kind, by any that has items; one that fails leaves it to the next. */
export function kindShown(answer: () => Promise<unknown>): Promise<void> {
  if (items.value !== null) return Promise.resolve();
  learning ??= answer().then(noMore, noMore);
  return learning;
}

const noMore = (): void => {
  learning = null;
};

export function forgetKinds(): void {
  items.value = usersKind.value = null;
}
