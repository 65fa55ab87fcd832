import { useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { Lacking } from "../allowed";
import { api, root } from "../api/client";
import type { AuditEntry, AuditVerdict } from "../api/told";
import { useFresh } from "../pool/fresh";
import { useText } from "../text/language";
import { FilterField, Listing, useLimit } from "./listing";
import type { PartProps } from "./page";

/** Who changed what, when and why; and whether the log is as it was written. */
export function AuditPart(props: PartProps) {
  const { view, shown, revision, zone } = props;
  const say = useText().changes.audit;
  const [limit, onMore] = useLimit();
  const { path, who, action, search } = view;
  const found = useFresh(`audit ${path} ${who} ${action} ${search} ${limit}`, revision, shown, () =>
    api.audit({ path, who, action, object: search }, limit),
  );
  return (
    <Listing
      of={found}
      isEmpty={({ entries }) => entries.length === 0}
      empty={<p class="nothing">{path || who || action || search ? say.none : say.noneYet}</p>}
      onMore={found.data?.more && onMore}
      above={found.error && <Lacking does="grant.add" at={path} />}
      filters={
        <>
          <FilterField {...props} field="who" name={say.who} />
          <FilterField {...props} field="action" name={say.action} first={false} />
          <FilterField {...props} field="search" name={say.object} first={false} />
          <Verify />
        </>
      }
    >
      {({ entries }) => (
        <ol class="lines">
          {entries.map((entry) => (
            <Entry key={entry.seq} of={entry} today={todayIn(zone)} />
          ))}
        </ol>
      )}
    </Listing>
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
