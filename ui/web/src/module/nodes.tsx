import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Loaded, Panel } from "../panel";
import { nodePath } from "../pool/view";
import { count, decimal, signed, span, unknown } from "../text/format";
import { useText } from "../text/language";
import { Wide } from "../wide";
import { type Member, membersOf } from "./members";

interface Props {
  id: string;
  revision: number;
  onGo: (path: string) => void;
}

const few = 8; // lines at first
const most = 500;

/** The devices of a module: what each has to do, how far it is from the others, and where it stands. */
export function NodesPanel({ id, revision, onGo }: Props) {
  const text = useText().module.nodes;
  const [all, setAll] = useState(false);
  const members = useResource(`devices ${id}`, revision, async () => {
    const [found, services] = await Promise.all([api.devices(id, most), api.services(id)]);
    const workers = services.length > 0 ? (await api.service(id)).workers : []; // most modules have no service
    return membersOf(found.devices, workers ?? []);
  });
  const known = members.data?.length ?? 0;
  return (
    <Panel title={text.title} unit={known > 0 ? text.unit(count(known)) : ""} name="nodes-panel">
      <Loaded of={members} empty={text.none} isEmpty={(list) => list.length === 0}>
        {(list) => <Table members={all ? list : list.slice(0, few)} all={list} onGo={onGo} />}
      </Loaded>
      {!all && known > few && (
        <button type="button" class="action" onClick={() => setAll(true)}>
          {text.all(count(known - few))}
        </button>
      )}
    </Panel>
  );
}

function Table({ members, all, onGo }: { members: Member[]; all: Member[]; onGo: Props["onGo"] }) {
  const text = useText();
  const say = text.module.nodes;
  const highest = Math.max(...all.map(({ device }) => device.load ?? 0), 1);
  const run = all.some(({ workers }) => workers > 0);
  return (
    <Wide>
      <table class="members">
        <thead>
          <tr>
            {(["device", "load", "off", ...(run ? ["workers" as const] : []), "last", "at"] as const).map(
              (column) => (
                <th key={column} scope="col" class={column}>
                  {say[column]}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {members.map(({ device, off, place, workers }, nth) => (
            // A line stays where it is while devices change their order.
            <tr key={`line ${nth}`} class={device.silent ? "silent" : ""}>
              <th scope="row" title={device.name}>
                {workers > 0 ? (
                  <Link to={nodePath(device.name)} onGo={onGo}>
                    {device.name}
                  </Link>
                ) : (
                  device.name
                )}
              </th>
              <td class="load">
                <span class="meter" aria-hidden="true">
                  <i style={{ width: `${(100 * (device.load ?? 0)) / highest}%` }} />
                </span>
                {decimal(device.load)}
              </td>
              <td>{off === null ? unknown : signed(off, 1)}</td>
              {run && <td>{count(workers)}</td>}
              <td title={device.last}>
                {device.silent && <b>{say.silent}, </b>}
                {say.ago(span(device.age_seconds))}
              </td>
              <td class="at">{place || unknown}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
