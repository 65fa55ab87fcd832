import { namesOf } from "../state/view";
import { useText } from "../text/language";

/** Where in the tree a page stands, each step a way up. */
export function Crumbs({ path, onPath }: { path: string; onPath: (path: string) => void }) {
  const text = useText();
  const ids = path.split("/");
  return (
    <nav class="crumbs" aria-label={text.tree}>
      <button type="button" onClick={() => onPath("")}>
        {text.all}
      </button>
      {namesOf(path).map((name, i) => (
        <button
          key={ids.slice(0, i + 1).join("/")}
          type="button"
          title={name}
          onClick={() => onPath(ids.slice(0, i + 1).join("/"))}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
