import { api } from "../api/client";
import type { FactConflict } from "../api/fleet";
import { Waiting } from "../notice";
import { useFresh } from "../pool/fresh";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { inLine } from "./facts";

const limit = 500;

interface Props {
  path: string;
  shown: boolean;
  revision: number;
  onChoose: (id: string) => void;
}

/** What sources do not agree about, and dependencies that cannot be. */
export function Conflicts({ path, shown, revision, onChoose }: Props) {
  const text = useText().changes.registry;
  const found = useFresh(`conflicts ${path}`, revision, shown, () => api.registryConflicts(path, limit));
  if (!found.data) return <Waiting error={found.error} />;
  const { conflicts, faults, more } = found.data;
  if (conflicts.length + faults.length === 0) return <p class="nothing">{text.noConflicts}</p>;
  return (
    <ul class={found.old ? "items-of old" : "items-of"}>
      {conflicts.map((one) => (
        <li key={`${one.id} ${one.field}`}>
          <Place id={one.id} onChoose={onChoose} />
          <Values of={one} />
        </li>
      ))}
      {faults.map(({ id, problem }) => (
        <li key={`${id} ${problem}`}>
          <Place id={id} onChoose={onChoose} />
          <p class="bad">{problem}</p>
        </li>
      ))}
      {more && <li>{text.moreConflicts}</li>}
    </ul>
  );
}

function Place({ id, onChoose }: { id: string; onChoose: (id: string) => void }) {
  return (
    <button type="button" class="way" onClick={() => onChoose(id)}>
      {namesOf(id).join(" › ")}
    </button>
  );
}

/** What each source says, the one that counts first. */
export function Values({ of: { field, values } }: { of: FactConflict }) {
  const text = useText().changes.registry;
  return (
    <p>
      <b>{text.fields[field] ?? field}</b>:{" "}
      {values.map((v, i) => (
        <span key={v.source} class={i === 0 ? "counts" : "overruled"}>
          {i > 0 && " · "}
          {i > 0 ? <s>{inLine(v.value)}</s> : inLine(v.value)} <small>{text.said(v.source, v.where)}</small>
        </span>
      ))}
    </p>
  );
}
