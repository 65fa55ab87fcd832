import { useRef } from "preact/hooks";
import { useKeys } from "./keys";
import { useText } from "./text/language";
import { useTyped } from "./typed";

interface Props {
  active?: boolean; // "/" leads to it
  value: string;
  name: string; // what is searched for, in words
  onSearch: (value: string) => void;
}

/** The URL is written when typing pauses: browsers refuse more than about 100 changes in 30 s. */
const pauseMillis = 150;

/** The field of a table's search, to which "/" leads. */
export function Search({ active = true, value, name, onSearch }: Props) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  const { typed, setTyped } = useTyped(value, onSearch, pauseMillis);
  useKeys(active ? { "/": () => input.current?.select() } : {});
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
