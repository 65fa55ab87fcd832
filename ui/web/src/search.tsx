import { useText } from "./text/language";
import { useTyped } from "./typed";

interface Props {
  input: { current: HTMLInputElement | null };
  value: string;
  name: string; // what is searched for, in words
  pauseMillis: number; // in typing, after which it counts
  onSearch: (value: string) => void;
}

/** The field of a table's search, to which "/" leads. */
export function Search({ input, value, name, pauseMillis, onSearch }: Props) {
  const text = useText();
  const { typed, setTyped } = useTyped(value, onSearch, pauseMillis);
  return (
    <input
      ref={input}
      type="search"
      class="search"
      placeholder={name}
      title={text.searchHint}
      aria-label={name}
      aria-keyshortcuts="/"
      value={typed}
      onInput={(e) => setTyped(e.currentTarget.value)}
      onKeyDown={(e) => {
        if (e.key === "Escape" || e.key === "Enter") e.currentTarget.blur();
      }}
    />
  );
}
