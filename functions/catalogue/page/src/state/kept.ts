/** What a tab keeps over a reload, and may not be able to keep. */
export function kept(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // A full or forbidden store: the page goes on without.
  }
}
