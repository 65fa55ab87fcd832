import { useRef, useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { api, root } from "../api/client";
import type { AuditEntry, AuditVerdict } from "../api/told";
import { useKeys } from "../keys";
import { Failure, Loading } from "../notice";
import { useFresh } from "../pool/fresh";
import { Stale } from "../pool/page";
import { Search } from "../search";
import { useText } from "../text/language";
import type { PartProps } from "./page";

/** Entries that are asked for at first, and how many more each time. */
const page = 100;
const most = 1000;
const pauseMillis = 200;

/** Who changed what, when and why; and whether the log is as it was written. */
export function AuditPart({ view, shown, revision, zone, onView }: PartProps) {
  const text = useText().changes;
  const say = text.audit;
  const [limit, setLimit] = useState(page);
  const { path, who, action, search } = view;
  const found = useFresh(`audit ${path} ${who} ${action} ${search} ${limit}`, revision, shown, () =>
    api.audit({ path, who, action, object: search }, limit),
  );
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const third = useRef<HTMLInputElement>(null);
  useKeys(shown ? { "/": () => first.current?.select() } : {});
  return (
    <>
      <Stale of={found} />
      <search class="pool-filters">
        <Search
          input={first}
          value={who}
          name={say.who}
          pauseMillis={pauseMillis}
          onSearch={(value) => onView({ ...view, who: value })}
        />
        <Search
          input={second}
          value={action}
          name={say.action}
          pauseMillis={pauseMillis}
          onSearch={(value) => onView({ ...view, action: value })}
        />
        <Search
          input={third}
          value={search}
          name={say.object}
          pauseMillis={pauseMillis}
          onSearch={(value) => onView({ ...view, search: value })}
        />
        <Verify />
      </search>
      {!found.data && (found.error ? <Failure error={found.error} /> : <Loading />)}
      {found.data?.entries.length === 0 && (
        <p class="nothing">{path || who || action || search ? say.none : say.noneYet}</p>
      )}
      <div class={found.old ? "old" : ""}>
        <ol class="lines">
          {found.data?.entries.map((entry) => (
            <Entry key={entry.seq} of={entry} today={todayIn(zone)} />
          ))}
        </ol>
        {found.data?.more && limit < most && (
          <button type="button" class="older" onClick={() => setLimit(Math.min(limit + page, most))}>
            {text.older}
          </button>
        )}
      </div>
    </>
  );
}

function Entry({ of, today }: { of: AuditEntry; today: string }) {
  const say = useText().changes.audit;
  return (
    <li class="entry">
      <time datetime={of.at}>{moment(of.at, today)}</time>
      <span class="who" title={of.from}>
        {of.who || say.nobody}
      </span>
      <code>{of.action}</code>
      <span class="said">
        {of.object} {of.why && <small>{of.why}</small>}
        {of.result && <span class="bad"> {of.result}</span>}
      </span>
      <small class="seq">{of.seq}</small>
    </li>
  );
}

/** Looks through the whole log, on demand. */
function Verify() {
  const say = useText().changes.audit;
  const [verdict, setVerdict] = useState<AuditVerdict | Error>();
  const [asking, setAsking] = useState(false);
  const verify = async () => {
    setAsking(true);
    setVerdict(await api.verifyAudit().catch((error: Error) => error));
    setAsking(false);
  };
  return (
    <span class="ask-for">
      {verdict instanceof Error ? (
        <span class="bad">{verdict.message}</span>
      ) : (
        verdict && (
          <span class={verdict.good ? "" : "bad"} role="status" title={verdict.hash}>
            {verdict.good ? say.good(verdict.entries) : say.broken(verdict.broken, verdict.why)}
          </span>
        )
      )}
      <button type="button" class="action" disabled={asking} title={say.verifyTitle} onClick={verify}>
        {say.verify}
      </button>
      <a class="action" href={new URL("api/v1/audit/export", root).href} download>
        {say.exported}
      </a>
    </span>
  );
}
