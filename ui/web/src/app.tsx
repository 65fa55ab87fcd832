import { useEffect, useRef, useState } from "preact/hooks";
import { useOpenAlarms } from "./alarms/open";
import { alarmsPath, defaultAlarms } from "./alarms/view";
import { api } from "./api/client";
import { useLive, useResource } from "./api/live";
import { capacityPath } from "./capacity/view";
import { changesPath } from "./changes/view";
import { Explainer } from "./explain/explainer";
import { GlossaryProvider } from "./explain/glossary";
import { Header } from "./header";
import { useCtrlK, useKeys } from "./keys";
import { lazy } from "./lazy";
import { Barred, isBarred, MeProvider } from "./me";
import { Failure } from "./notice";
import { Nowhere } from "./nowhere";
import { poolPath } from "./pool/view";
import { useRouter } from "./state/router";
import { defaultView, ledgerPath, modulePath, type Route, writeView } from "./state/view";
import { wantedView } from "./table/first";
import { TablePage } from "./table/page";
import type { Text } from "./text/en";
import { keepLanguage, type Language, LanguageProvider, otherLanguage, texts } from "./text/language";
import { defaultWhatIf, whatIfPath } from "./whatif/view";

const planning = () => import("./planning");
const operating = () => import("./operating");

const AlarmPage = lazy(operating, (p) => p.AlarmPage);
const AlarmsPage = lazy(operating, (p) => p.AlarmsPage);
const CapacityPage = lazy(planning, (p) => p.CapacityPage);
const ChangesPage = lazy(operating, (p) => p.ChangesPage);
const RunPage = lazy(operating, (p) => p.RunPage);
const ExplainPage = lazy(operating, (p) => p.ExplainPage);
const FindPanel = lazy(operating, (p) => p.FindPanel);
const Help = lazy(operating, (p) => p.Help);
const LedgerPage = lazy(planning, (p) => p.LedgerPage);
const ModulePage = lazy(planning, (p) => p.ModulePage);
const PlacePage = lazy(operating, (p) => p.PlacePage);
const PoolPage = lazy(operating, (p) => p.PoolPage);
const ReportsPage = lazy(planning, (p) => p.ReportsPage);
const WhatIfPage = lazy(planning, (p) => p.WhatIfPage);

/** The views of pages that were open. */
type Left = {
  [P in "table" | "whatif" | "alarms" | "pool" | "changes"]?: Extract<Route, { page: P }>["view"];
};

/** The pages in the words that are there already; others are fetched when they are chosen. */
export function App({ first }: { first: { language: Language; text: Text } }) {
  const { route, go } = useRouter();
  const live = useLive();
  const status = useResource("status", live.revision, api.status);
  const [{ language, text }, setSpoken] = useState(first);
  const glossary = useResource("glossary", status.data ? 1 : 0, async () => status.data && api.glossary());
  const [help, setHelp] = useState(false);
  const [finding, setFinding] = useState(false);
  const me = useResource("me", Number(live.connected), api.me); // a login may have ended
  const openAlarms = useOpenAlarms(live.revision);
  const alarmsRevision = live.revision + openAlarms.revision;
  live.shown.current = status.data?.published ?? undefined;

  // A page stays as it was left, and as it was asked last, while another one is open.
  const left = useRef<Left>({});
  if ("view" in route) left.current = { ...left.current, [route.page]: route.view };
  const { table, alarms, pool, changes, whatif = defaultWhatIf } = left.current;
  const backToTable = () => {
    const model = route.page === "module" && { model: route.model };
    go(writeView({ ...(table ?? wantedView(defaultView) ?? defaultView), ...model }) || "./");
  };

  const speak = (other: Language) => {
    keepLanguage(other);
    texts[other]().then(
      (words) => setSpoken({ language: other, text: words }),
      () => location.reload(), // the server has a new version, with words of its own
    );
  };

  document.documentElement.lang = text.locale; // before anything below asks the server
  useEffect(() => keepLanguage(language), [language]);
  useKeys({ "?": () => setHelp((open) => !open), s: () => setFinding(true) });
  useCtrlK(() => setFinding(true));

  const common = { revision: live.revision, status: status.data, onGo: go, onBack: backToTable };
  const barred = isBarred(me.data);
  const progress = live.progress ?? status.data?.progress ?? [];
  return (
    <LanguageProvider value={text}>
      <MeProvider value={me.data}>
        <GlossaryProvider value={glossary.data}>
          <Header
            page={route.page}
            status={status.data}
            connected={live.connected || barred}
            openAlarms={openAlarms}
            onHome={backToTable}
            onGo={(path) => go(path === whatIfPath(defaultWhatIf) ? whatIfPath(whatif) : path)}
            onHelp={() => setHelp(true)}
            onFind={() => setFinding(true)}
            onLanguage={() => speak(otherLanguage(language))}
          />
          {barred && me.data ? (
            <Barred me={me.data} />
          ) : (
            <>
              {!status.data && status.error && <Failure error={status.error} />}
              {table && (
                <TablePage
                  {...common}
                  shown={route.page === "table"}
                  view={table}
                  runs={live.runs}
                  progress={progress}
                  onView={(view) => go(writeView(view) || "./", true)}
                  onOpen={(id) => go(modulePath(id, table.model))}
                />
              )}
              {route.page === "module" && (
                <ModulePage
                  key={route.id}
                  {...common}
                  id={route.id}
                  model={route.model}
                  progress={progress}
                  heat={route.heat}
                  onView={(model, heat) => go(modulePath(route.id, model, heat), true)}
                  toMark={route.mark}
                  alarmsRevision={alarmsRevision}
                />
              )}
              {route.page === "ledger" && (
                <LedgerPage {...common} view={route.view} onView={(view) => go(ledgerPath(view), true)} />
              )}
              {route.page === "capacity" && (
                <CapacityPage {...common} view={route.view} onView={(view) => go(capacityPath(view), true)} />
              )}
              {route.page === "reports" && <ReportsPage {...common} view={route.view} />}
              {route.page === "whatif" && (
                <WhatIfPage
                  {...common}
                  view={route.view}
                  onView={(view) => go(whatIfPath(view), true)}
                  onOpen={(id) => go(modulePath(id, "calibrated"))}
                />
              )}
              {alarms && (
                <AlarmsPage
                  {...common}
                  shown={route.page === "alarms"}
                  view={alarms}
                  revision={alarmsRevision}
                  onView={(view) => go(alarmsPath(view), true)}
                />
              )}
              {route.page === "alarm" && (
                <AlarmPage
                  key={route.view.id}
                  {...common}
                  view={route.view}
                  list={alarms ?? defaultAlarms}
                  revision={alarmsRevision}
                />
              )}
              {pool && (
                <PoolPage
                  {...common}
                  shown={route.page === "pool"}
                  view={pool}
                  onView={(view) => go(poolPath(view), true)}
                />
              )}
              {route.page === "poolplace" && (
                <PlacePage
                  key={`${route.view.kind} ${route.view.id}`}
                  {...common}
                  view={route.view}
                  list={pool ?? null}
                />
              )}
              {changes && (
                <ChangesPage
                  {...common}
                  shown={route.page === "changes"}
                  view={changes}
                  revision={live.revision + live.runs}
                  onView={(view) => go(changesPath(view), true)}
                />
              )}
              {route.page === "run" && (
                <RunPage
                  key={route.view.id}
                  {...common}
                  view={route.view}
                  list={changes ?? null}
                  revision={live.revision + live.runs}
                />
              )}
              {route.page === "nowhere" && <Nowhere onBack={backToTable} />}
              {route.page === "explain" && <ExplainPage {...common} view={route.view} />}
            </>
          )}
          <Explainer levels={status.data?.levels ?? []} onGo={go} />
          {finding && <FindPanel onGo={go} onClose={() => setFinding(false)} />}
          {help && <Help onClose={() => setHelp(false)} />}
        </GlossaryProvider>
      </MeProvider>
    </LanguageProvider>
  );
}
