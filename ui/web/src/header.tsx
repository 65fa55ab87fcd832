import { useEffect, useState } from "preact/hooks";
import { type OpenAlarms, wanting } from "./alarms/open";
import { alarmsPath, defaultAlarms } from "./alarms/view";
import { serverNow } from "./api/client";
import type { Status } from "./api/types";
import { capacityPath, defaultCapacity } from "./capacity/view";
import { changesPath, defaultChanges } from "./changes/view";
import { useInSight } from "./link";
import { useMe } from "./me";
import { defaultPool, poolPath } from "./pool/view";
import { reportsPath } from "./reports/view";
import { address, plainClick } from "./state/router";
import { defaultLedger, ledgerPath, type Route } from "./state/view";
import type { Text } from "./text/en";
import { clock, count, otherZone, span } from "./text/format";
import { useText } from "./text/language";
import { defaultWhatIf, whatIfPath } from "./whatif/view";

interface Props {
  page: Route["page"];
  status: Status | undefined;
  connected: boolean;
  openAlarms: OpenAlarms;
  onHome: () => void;
  onGo: (path: string) => void;
  onHelp: () => void;
  onFind: () => void;
  onLanguage: () => void;
}

/** The pages beside the table; a page with its name in the texts is one more line here. */
export const places: { page: Route["page"] & keyof Text["pages"]; path: string }[] = [
  { page: "capacity", path: capacityPath(defaultCapacity) },
  { page: "alarms", path: alarmsPath(defaultAlarms) },
  { page: "pool", path: poolPath(defaultPool) },
  { page: "changes", path: changesPath(defaultChanges) },
  { page: "reports", path: reportsPath({ month: "" }) },
  { page: "ledger", path: ledgerPath(defaultLedger) },
  { page: "whatif", path: whatIfPath(defaultWhatIf) },
];

/** The pages that are reached from another one. */
const within: Partial<Record<Route["page"], Route["page"]>> = {
  alarm: "alarms",
  poolplace: "pool",
  run: "changes",
  explain: "table",
};

export function Header({
  page,
  status,
  connected,
  openAlarms,
  onHome,
  onGo,
  onHelp,
  onFind,
  onLanguage,
}: Props) {
  const text = useText();
  const leads = (to: () => void) => (e: MouseEvent) => {
    if (!plainClick(e)) return;
    e.preventDefault();
    to();
  };
  const at = within[page] ?? page;
  useInSight(".top nav", `${at} ${wanting(openAlarms)}`);
  const current = (shown: Route["page"]) => (at === shown ? "page" : undefined);
  return (
    <header class="top">
      <a class="brand" href={address("./")} onClick={leads(onHome)} aria-label="Headroom">
        <img src="./favicon.svg" alt="" width="22" height="22" />
        <span>Headroom</span>
      </a>
      <nav aria-label={text.pages.title}>
        <a href={address("./")} aria-current={current("table")} onClick={leads(onHome)}>
          {text.pages.table}
        </a>
        {places.map(({ page: place, path }) => (
          <a key={place} href={address(path)} aria-current={current(place)} onClick={leads(() => onGo(path))}>
            {text.pages[place]}
            {place === "alarms" && <OpenCount open={wanting(openAlarms)} />}
          </a>
        ))}
      </nav>
      <Freshness status={status} connected={connected} />
      <Account />
      <button
        type="button"
        class="quiet find-button"
        title={text.changes.find.title}
        aria-label={text.changes.find.title}
        aria-keyshortcuts="s Control+K"
        onClick={onFind}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <circle cx="6.5" cy="6.5" r="4.5" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M10 10 14.5 14.5" stroke="currentColor" stroke-width="1.6" />
        </svg>
      </button>
      <button type="button" class="quiet" title={text.switchTitle} onClick={onLanguage}>
        {text.switchTo}
      </button>
      <button type="button" class="quiet" title={text.help} aria-label={text.help} onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

/** Who has logged in, or where to; nothing where nobody has to. */
function Account() {
  const text = useText().changes.find;
  const me = useMe();
  if (!me || me.open) return null;
  if (!me.known)
    return me.login ? (
      <a class="quiet log-in" href={address(me.login.replace(/^\//, ""))}>
        {text.logIn}
      </a>
    ) : null;
  return (
    <form class="account" method="post" action={me.logout && address(me.logout.replace(/^\//, ""))}>
      <span title={me.name}>{me.name}</span>
      {me.logout && (
        <button type="submit" class="quiet">
          {text.logOut}
        </button>
      )}
    </form>
  );
}

/** How many open alarms want a person; nothing while there is none. */
function OpenCount({ open }: { open: number }) {
  const { openNow } = useText().alarms;
  if (open === 0) return null;
  return (
    <b class="open-count" title={openNow(open)}>
      {count(open)}
    </b>
  );
}

/** A snapshot comes each minute; after this many seconds without one something is wrong. */
const lateSeconds = 150;

/** The minute that is shown and how long ago it was published. */
function Freshness({ status, connected }: { status: Status | undefined; connected: boolean }) {
  const text = useText();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const published = Date.parse(status?.published ?? "");
  const known = published > 0; // a Go zero time before the first snapshot
  const age = (serverNow() - published) / 1000;
  const state = !connected || (known && age > lateSeconds) ? "late" : known ? "fresh" : "none";
  return (
    <div class={`freshness ${state}`} role="status" aria-live="off">
      <span class="dot" aria-hidden="true" />
      {known && (
        <>
          <b title={text.marks.hint(status?.timezone ?? "")}>
            {clock(status?.at ?? null)}
            <small>{otherZone(status?.at ?? "")}</small>
          </b>
          <span class="age" title={status?.published ?? undefined}>
            {text.updatedAgo(span(age))}
          </span>
        </>
      )}
      {!connected && <span class="lost">{text.disconnected}</span>}
    </div>
  );
}
