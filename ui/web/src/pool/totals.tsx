import type { ComponentChildren } from "preact";
import { nodeStates, type PoolData } from "../api/pool";
import { Link } from "../link";
import { namesOf } from "../state/view";
import { count, decimal } from "../text/format";
import { useText } from "../text/language";
import { StateSign } from "./badges";
import { defaultPool, type PoolView, poolPath, servicePath } from "./view";

interface Props {
  pool: PoolData;
  view: PoolView;
  onGo: (path: string) => void;
}

/** The pool in a few numbers, and the services for which it is too small. */
export function Totals({ pool: { total, short }, view, onGo }: Props) {
  const text = useText().pool;
  const say = text.totals;
  const nodes = nodeStates.map((state) => ({ state, n: total.nodes[state] ?? 0 }));
  const all = nodes.reduce((sum, { n }) => sum + n, 0);
  return (
    <>
      <section class="pool-totals" aria-label={say.title}>
        <Figure title={say.nodesTitle} value={count(all)} name={say.nodes(all)}>
          {nodes
            .filter(({ n }) => n > 0)
            .map(({ state, n }) => (
              <Link
                key={state}
                to={poolPath({ ...defaultPool, path: view.path, part: "nodes", state })}
                onGo={onGo}
              >
                <StateSign state={state} /> {count(n)} {text.states[state]}
              </Link>
            ))}
          {all === 0 && say.noNodes}
        </Figure>
        <Figure
          title={say.workersTitle}
          value={count(total.serving)}
          of={say.of(count(total.wanted))}
          name={say.workers(total.wanted)}
        >
          <Meter share={total.serving / total.wanted} />
          {[
            total.lost > 0 && say.lost(total.lost),
            total.stopping > 0 && say.stopping(total.stopping),
            total.lost + total.stopping === 0 && say.slots(count(total.slots)),
          ]
            .filter(Boolean)
            .join(", ")}
        </Figure>
        <Figure
          title={say.coresTitle}
          value={cores(total.cpu_used)}
          of={say.of(count(total.cores))}
          name={say.cores}
        >
          <Meter share={total.cpu_used / total.cores} inner={total.cpu_ours / total.cores} />
          {say.ours(cores(total.cpu_ours))}
        </Figure>
        <Figure title={say.servicesTitle} value={count(total.services)} name={say.services(total.services)}>
          {short.length > 0 && <b class="sign-word">! {text.short(short.length).replace(/[:：]$/, "")}</b>}
        </Figure>
      </section>
      {short.length > 0 && (
        <section class="pool-short" role="status">
          <b>{text.short(short.length)}</b>
          <ul>
            {short.slice(0, mostShort).map(({ module, reason }) => (
              <li key={module}>
                <Link to={servicePath(module)} onGo={onGo} class="way">
                  {namesOf(module).join(" › ")}
                </Link>{" "}
                {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Few cores with a decimal, many without. */
const cores = (n: number) => (n < 100 ? decimal(n) : count(n));

/** Services without room that are named; the others are in the table, under "needs attention". */
const mostShort = 5;

interface FigureProps {
  title: string;
  value: string;
  of?: string;
  name: string;
  children: ComponentChildren;
}

function Figure({ title, value, of, name, children }: FigureProps) {
  return (
    <div title={title}>
      <p class="value">
        <b>{value}</b> {of && <span>{of}</span>} <span>{name}</span>
      </p>
      <p class="more">{children}</p>
    </div>
  );
}

/** A share as a bar, with a part of it that is darker. */
function Meter({ share, inner = 0 }: { share: number; inner?: number }) {
  const width = (part: number) => `${100 * Math.min(Math.max(part || 0, 0), 1)}%`;
  return (
    <span class="meter" aria-hidden="true">
      <i style={{ width: width(share) }} />
      {inner > 0 && <i class="inner" style={{ width: width(inner) }} />}
    </span>
  );
}
