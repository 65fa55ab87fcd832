import { useState } from "preact/hooks";
import { Link } from "../link";
import { Menu } from "../menu";
import { useText } from "../text/language";
import { keepViews, keptViews, makeFirst, removeView, renameView, type SavedView, saveView } from "./saved";

interface Props {
  query: string; // of what is seen now
  onQuery: (query: string) => void;
}

/** Views under names that were given to them in this browser; each is a link to share. */
export function ViewsMenu({ query, onQuery }: Props) {
  const { sheet } = useText();
  const [views, setViews] = useState(keptViews);
  const [renaming, setRenaming] = useState("");
  const keep = (list: SavedView[]) => {
    keepViews(list);
    setViews(list);
  };
  const submit = (e: SubmitEvent, use: (name: string) => void) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const name = `${new FormData(form).get("name") ?? ""}`.trim();
    if (name) use(name);
    form.reset();
  };
  const current = views.find((view) => view.query === query);
  return (
    <Menu class="views" title={sheet.views} summary={current?.name ?? sheet.views} keys="v">
      {views.length === 0 && <p>{sheet.noViews}</p>}
      <ul>
        <li>
          <Link to="./" onGo={() => onQuery("")} current={query === ""}>
            {sheet.asItComes}
          </Link>
        </li>
        {views.map(({ name, query: to, first }) => (
          <li key={name}>
            {renaming === name ? (
              <form
                onSubmit={(e) =>
                  submit(e, (given) => {
                    keep(renameView(views, name, given));
                    setRenaming("");
                  })
                }
              >
                <input name="name" defaultValue={name} aria-label={sheet.rename} maxLength={80} />
              </form>
            ) : (
              <Link to={to || "./"} onGo={() => onQuery(to)} current={to === query} title={name}>
                {name}
              </Link>
            )}
            <button
              type="button"
              aria-pressed={first === true}
              aria-label={sheet.first(name)}
              title={sheet.firstTitle}
              onClick={() => keep(makeFirst(views, name))}
            >
              {first ? "★" : "☆"}
            </button>
            <button
              type="button"
              aria-label={`${sheet.rename} ${name}`}
              title={sheet.rename}
              onClick={() => setRenaming(name)}
            >
              ✎
            </button>
            <button
              type="button"
              aria-label={`${sheet.remove} ${name}`}
              title={sheet.remove}
              onClick={() => keep(removeView(views, name))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form class="name" onSubmit={(e) => submit(e, (name) => keep(saveView(views, name, query)))}>
        <input name="name" placeholder={sheet.name} aria-label={sheet.name} maxLength={80} required />
        <button type="submit" class="quiet">
          {sheet.save}
        </button>
      </form>
    </Menu>
  );
}
