/** A map with more in it, what it already had of them kept under the new; over its most, the oldest go. */
export function recent<T extends object>(
  before: ReadonlyMap<string, T>,
  added: readonly (readonly [string, T])[],
  most: number,
): Map<string, T> {
  const next = new Map(before);
  for (const [key, value] of added) {
    const merged = { ...next.get(key), ...value };
    next.delete(key);
    next.set(key, merged);
  }
  for (const key of next.keys()) {
    if (next.size <= most) break;
    next.delete(key);
  }
  return next;
}
