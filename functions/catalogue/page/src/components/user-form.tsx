import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { CATALOGUE } from "../pure/explain";
import { api } from "../state/api";
import { go, route } from "../state/location";
import { Notice } from "./notice";

export function UserForm({ id }: { id: string | null }) {
  const [text, setText] = useState(id ?? "");
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => setText(id ?? ""), [id]);
  const to = (user: string): void => go({ ...route.value, view: "user", id: user });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim()) to(text.trim());
  };
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), [id]);
  const atRandom = async (): Promise<void> => {
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    try {
      const { users } = await api.users(1, signal);
      if (signal.aborted) return;
      setProblem(null);
      if (users[0] !== undefined) to(String(users[0]));
    } catch (error) {
      if (!signal.aborted) setProblem(asProblem(error));
    }
  };
  return (
    <form class="inline" onSubmit={submit}>
      <label>
        User id
        <input
          value={text}
          autocomplete="off"
          spellcheck={false}
          maxLength={256}
          data-testid="user-id"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" data-testid="show-user">
        Show
      </button>
      <button type="button" class="secondary" data-testid="random-user" onClick={() => void atRandom()}>
        At random
      </button>
      {problem && <Notice problem={problem} subject={CATALOGUE} again={() => void atRandom()} />}
    </form>
  );
}
