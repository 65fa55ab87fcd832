import { Act, Lacking, useLack } from "../allowed";
import type { RequestKind } from "../api/requests";
import type { Noted, Row } from "../api/types";
import { changesPath, defaultChanges } from "../changes/view";
import { Copy } from "../copy";
import { Link } from "../link";
import { mutePath } from "../table/covercell";
import { NoteCell } from "../table/note";
import { noteFrom } from "../table/noted";
import { useText } from "../text/language";
import { WhatIfLink } from "../whatif/link";
import { whatIfPath } from "../whatif/view";

interface Props {
  row: Row;
  levels: string[];
  isModule: boolean;
  onMark: () => void;
  onNote: (id: string, kept: Noted) => void;
  onGo: (path: string) => void;
}

const machines: { kind: RequestKind } = { kind: "machines" };

/** What can be done about a node: each leads to its form, filled in. */
export function Actions({ row, levels, isModule, onMark, onNote, onGo }: Props) {
  const text = useText();
  const say = text.module.actions;
  const { id } = row;
  const changes = { ...defaultChanges, path: id };
  return (
    <section class="actions-bar" aria-label={say.title}>
      <div class="ways">
        <WhatIfLink path={id} onWhatIf={(view) => onGo(whatIfPath(view))} />
        {isModule && (
          <Way
            does="request.make"
            at={id}
            to={changesPath({ ...changes, part: "requests", fill: JSON.stringify(machines) })}
            title={say.orderTitle}
            name={say.order}
            onGo={onGo}
          />
        )}
        <Way
          does="run.start"
          at={id}
          to={changesPath({ ...changes, part: "flows" })}
          title={say.runTitle}
          name={say.run}
          onGo={onGo}
        />
        <Way
          does="silence.set"
          at={id}
          to={mutePath(row.path, levels)}
          title={say.muteTitle}
          name={say.mute}
          onGo={onGo}
        />
        <Act does="mark.add" at={id} onClick={onMark}>
          {say.mark}
        </Act>
        <Copy text={location.href} name={say.copy} class="action" />
      </div>
      <p class="note-line">
        <span>{text.fact.note}</span>
        <NoteCell row={row} onSaved={onNote} />
        <small>{noteFrom(row)}</small>
      </p>
      <Lacking does="mark.add" at={id} />
    </section>
  );
}

interface WayProps {
  does: string;
  at: string;
  to: string;
  title: string;
  name: string;
  onGo: (path: string) => void;
}

/** A way to a form, for those who may fill it in; for others why they may not. */
function Way({ does, at, to, title, name, onGo }: WayProps) {
  const lack = useLack({ does, at });
  if (lack)
    return (
      <button type="button" class="action" disabled title={lack.why}>
        {name}
      </button>
    );
  return (
    <Link to={to} onGo={onGo} class="action" title={title}>
      {name}…
    </Link>
  );
}
