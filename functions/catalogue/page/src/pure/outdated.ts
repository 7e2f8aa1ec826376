/** Answers of versions that the cards do not name, as one text: it changes with what has to be read anew. */
interface Versioned {
  model: string;
  version: string;
}

export function outdated(cards: readonly Versioned[], latest: ReadonlyMap<string, { version: string }>): string {
  return cards
    .flatMap(({ model, version }) => {
      const answered = latest.get(model)?.version;
      return answered === undefined || answered === version ? [] : [`${model} ${answered}`];
    })
    .join(", ");
}
