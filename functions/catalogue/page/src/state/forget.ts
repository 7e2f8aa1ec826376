/** Everything that a token was used for goes with it. */
import { forgetLatest } from "./api";
import { forgetKinds } from "./ids";
import { forgetRoutes } from "./location";
import { forgetShown } from "./models";
import { forget } from "./session";
import { forgetTitles } from "./titles";

/** What was read with a token: another one may not see it. */
export function forgetRead(): void {
  forgetTitles();
  forgetLatest();
  forgetKinds();
}

/** Somebody leaves; the next at this tab finds nothing of theirs. */
export function forgetAll(): void {
  forget();
  forgetRead();
  forgetShown();
  forgetRoutes();
}
