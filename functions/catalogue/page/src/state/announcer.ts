/** What a screen reader is told, politely and not more often than once in a while. */
import { signal } from "@preact/signals";

const QUIET_MS = 900;
export const announcement = signal("");

/** Say something soon; return what takes it back, so that the same can be said again of something new. */
export function announce(text: string): () => void {
  const timer = setTimeout(() => (announcement.value = text), QUIET_MS);
  return () => {
    clearTimeout(timer);
    announcement.value = "";
  };
}
