import { useEffect, useRef, useState } from "preact/hooks";
import { keep, wasRefused } from "../state/session";

export function TokenForm() {
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim()) keep(text.trim());
  };
  return (
    <section class="welcome">
      <h1>See what the models recommend, and why</h1>
      <p>
        Type in an API token. It is kept for this tab alone, and gone when the tab is closed;{" "}
        <code>warmstart token create</code> makes one.
      </p>
      {wasRefused.value && (
        <div class="notice notice--bad" role="alert" data-testid="token-refused">
          <strong>This token is not known, or expired.</strong>
          <p>Type it in again, or ask for a new one.</p>
        </div>
      )}
      <form onSubmit={submit} class="inline">
        <label>
          Token
          <input
            ref={field}
            type="password"
            name="token"
            autocomplete="off"
            spellcheck={false}
            value={text}
            data-testid="token"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Open</button>
      </form>
    </section>
  );
}
