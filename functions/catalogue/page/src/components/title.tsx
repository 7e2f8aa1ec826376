import type { Id } from "../api/types";

interface Props {
  item_id: Id;
  title: string | null | undefined;
}

/** A title is data: isolated from the text around it, whatever its script, length or marks. */
export function Title({ item_id, title }: Props) {
  if (!title) return <span class="title title--id">Item {String(item_id)}</span>;
  return (
    <bdi class="title" dir="auto" title={title}>
      {title}
    </bdi>
  );
}

export function Genres({ genres }: { genres: readonly string[] }) {
  if (genres.length === 0) return null;
  const text = genres.join(" · ");
  return (
    <bdi class="genres" dir="auto" title={text}>
      {text}
    </bdi>
  );
}
