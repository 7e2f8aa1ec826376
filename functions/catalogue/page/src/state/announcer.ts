/** What a screen reader is told, politely and not more often than once in a while. */
import { signal } from "@preact/signals";

const QUIET_MS = 900;
export const announcement = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => (announcement.value = text), QUIET_MS);
}
