import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import type { Status } from "../api/types";
import { useText } from "../text/language";
import { useTitle } from "../title";
import { Crumbs } from "./crumbs";
import { Tree } from "./tree";

interface Props {
  class: string;
  title: string;
  hidden?: boolean;
  path: string;
  status: Status | undefined;
  tools: ComponentChildren; // beside the title
  children: ComponentChildren;
  onPath: (path: string) => void;
}

/** A page about the node that is chosen in the business tree at its side. */
export function TreePage({ class: kind, title, hidden, path, status, tools, children, onPath }: Props) {
  const text = useText();
  useTitle(hidden ? undefined : title);
  const [open, setOpen] = useState(false);
  const [turn, setTurn] = useState(0);
  const minute = Date.parse(status?.at ?? "") || 0;
  if (!hidden && turn !== minute) setTurn(minute); // a hidden page asks for nothing
  const tree = useResource("tree", turn, async () => (turn ? api.branches("") : undefined));
  const choose = (path: string) => {
    setOpen(false);
    onPath(path);
  };
  return (
    <main class={`table-page ${kind} ${tree.data ? "" : "blank"}`} hidden={hidden}>
      <aside class={open ? "open" : ""}>
        <Tree nodes={tree.data ?? []} levels={status?.levels ?? []} path={path} onPath={choose} />
      </aside>
      <section>
        <div class="toolbar">
          <button type="button" class="show-tree" onClick={() => setOpen(!open)} title={text.showTree}>
            {text.tree}
          </button>
          <h1>{title}</h1>
          {tools}
        </div>
        {path && <Crumbs path={path} onPath={choose} />}
        {children}
      </section>
    </main>
  );
}
