interface Props {
  part: number;
  negative?: boolean;
}

export function Bar({ part, negative = false }: Props) {
  const width = `${Math.max(0, Math.min(1, part)) * 100}%`;
  return (
    <span class={negative ? "bar bar--negative" : "bar"} aria-hidden="true">
      <span style={{ width }} />
    </span>
  );
}
