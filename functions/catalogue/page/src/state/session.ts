/** The token: kept for this tab alone, never in the address. */
import { signal } from "@preact/signals";
import { keep as keepInTab, kept } from "./kept";

const NAME = "warmstart.token";

export const token = signal<string | null>(kept(NAME));
export const wasRefused = signal(false);

const PRINTABLE = /^[\x21-\x7e]+$/; // no header carries anything else, so no token holds it

export function keep(value: string): void {
  if (!PRINTABLE.test(value)) {
    wasRefused.value = true;
    return;
  }
  keepInTab(NAME, value);
  wasRefused.value = false;
  token.value = value;
}

export function forget(): void {
  sessionStorage.removeItem(NAME);
  wasRefused.value = false;
  token.value = null;
}

/** Several requests may be refused one after another, the last when another token is there already. */
export function refuse(sent: string | null): void {
  if (sent === null || sent !== token.value) return;
  forget();
  wasRefused.value = true;
}
