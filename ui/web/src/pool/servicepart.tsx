import { useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { Chip } from "../choice";
import { useKeys } from "../keys";
import { Link } from "../link";
import { More } from "../more";
import { Waiting } from "../notice";
import { count } from "../text/format";
import { useText } from "../text/language";
import { NoNodes, NoServices } from "./empty";
import { Filters } from "./filters";
import { useFresh } from "./fresh";
import { type PartProps, Stale } from "./page";
import { countKinds, type Line, linesOf, shownLines } from "./services";
import { ServiceTable } from "./servicetable";
import { defaultPool, kinds, poolPath, servicePath } from "./view";

/** Lines that are drawn at first; a button draws so many more. */
const page = 200;

/** All services, and the modules for which workers are only recommended. */
export function ServicePart(props: PartProps) {
  const { view, shown, revision, nodes, onGo } = props;
  const text = useText().pool;
  const found = useFresh(`services ${view.path}`, revision, shown, async () =>
    linesOf(...(await Promise.all([api.services(view.path), api.newestDecisions(view.path)]))),
  );
  const lines = found.data;
  if (!lines) return <Waiting error={found.error} />;
  if (lines.length === 0 && view.path === "")
    return (
      <>
        {nodes === 0 ? <NoNodes /> : null}
        <NoServices busy={props.busy} />
      </>
    );
  return (
    <>
      <Stale of={found} />
      {nodes === 0 && lines.some((line) => line.service) && (
        <p class="pool-banner">
          {text.noNodesTitle}.{" "}
          <Link to={poolPath({ ...defaultPool, part: "nodes" })} onGo={onGo} class="way">
            {text.parts.nodes}
          </Link>
        </p>
      )}
      <ServiceFilters {...props} lines={lines} />
      <div class={found.old ? "old" : ""}>
        <Listed {...props} lines={lines} />
      </div>
    </>
  );
}

function ServiceFilters({ lines, ...props }: PartProps & { lines: Line[] }) {
  const { view, onView } = props;
  const text = useText().pool;
  const counts = countKinds(lines);
  return (
    <Filters {...props} name={text.search.services}>
      {kinds.map((kind) => (
        <Chip
          key={kind}
          on={view.mode === kind}
          title={text.kindTitles[kind]}
          onChange={() => onView({ ...view, mode: view.mode === kind ? "" : kind })}
        >
          {text.kinds[kind]} <small>{count(counts[kind])}</small>
        </Chip>
      ))}
      <Chip
        on={view.attention}
        title={text.attentionTitle}
        onChange={() => onView({ ...view, attention: !view.attention })}
      >
        {text.attention} <small>{count(lines.filter((line) => line.signs.length > 0).length)}</small>
      </Chip>
    </Filters>
  );
}

function Listed({ shown, view, lines, onView, onGo }: PartProps & { lines: Line[] }) {
  const text = useText().pool;
  const [most, setMost] = useState(page);
  const [cursor, setCursor] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const all = shownLines(lines, view);
  const drawn = all.slice(0, most);
  const move = (step: number) => {
    (document.activeElement as HTMLElement | null)?.blur(); // Enter then means the row
    const now = drawn.findIndex((line) => line.module === cursor);
    const next = Math.min(Math.max(now + step, 0), drawn.length - 1);
    setCursor(drawn[next]?.module ?? null);
    box.current?.querySelectorAll("tbody tr")[next]?.scrollIntoView({ block: "nearest" });
  };
  const open = () => cursor !== null && onGo(servicePath(cursor));
  useKeys(shown ? { j: () => move(1), k: () => move(-1), Enter: open } : {});
  return (
    <div ref={box}>
      <p class="how-many" role="status">
        {text.listed(count(all.length), count(lines.length))}
      </p>
      {all.length === 0 ? (
        <p class="nothing">
          {text.noMatch}{" "}
          <Link to={poolPath({ ...defaultPool, path: view.path })} onGo={onGo} class="way">
            {text.clear}
          </Link>
        </p>
      ) : (
        <ServiceTable
          lines={drawn}
          sort={view.sort}
          chosen={cursor}
          onSort={(sort) => onView({ ...view, sort })}
          onGo={onGo}
        />
      )}
      <More shown={most} all={all.length} step={page} onShow={setMost} />
    </div>
  );
}
