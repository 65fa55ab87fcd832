import { useEffect, useRef, useState } from "preact/hooks";
import { useOpenAlarms } from "./alarms/open";
import { type AlarmsView, alarmsPath, defaultAlarms } from "./alarms/view";
import { api } from "./api/client";
import { useLive, useResource } from "./api/live";
import { capacityPath } from "./capacity/view";
import { type ChangesView, changesPath } from "./changes/view";
import { Explainer } from "./explain/explainer";
import { Header } from "./header";
import { useCtrlK, useKeys } from "./keys";
import { lazy } from "./lazy";
import { Barred, isBarred, MeProvider } from "./me";
import { type PoolView, poolPath } from "./pool/view";
import { useRouter } from "./state/router";
import { defaultView, ledgerPath, modulePath, type View, writeView } from "./state/view";
import { TablePage } from "./table/page";
import type { Text } from "./text/en";
import { keepLanguage, type Language, LanguageProvider, otherLanguage, texts } from "./text/language";
import { defaultWhatIf, whatIfPath } from "./whatif/view";

const pages = () => import("./pages");

const AlarmPage = lazy(() => pages().then((p) => p.AlarmPage));
const AlarmsPage = lazy(() => pages().then((p) => p.AlarmsPage));
const CapacityPage = lazy(() => pages().then((p) => p.CapacityPage));
const ChangesPage = lazy(() => pages().then((p) => p.ChangesPage));
const RunPage = lazy(() => pages().then((p) => p.RunPage));
const ExplainPage = lazy(() => pages().then((p) => p.ExplainPage));
const FindPanel = lazy(() => pages().then((p) => p.FindPanel));
const Help = lazy(() => pages().then((p) => p.Help));
const LedgerPage = lazy(() => pages().then((p) => p.LedgerPage));
const ModulePage = lazy(() => pages().then((p) => p.ModulePage));
const PlacePage = lazy(() => pages().then((p) => p.PlacePage));
const PoolPage = lazy(() => pages().then((p) => p.PoolPage));
const ReportsPage = lazy(() => pages().then((p) => p.ReportsPage));
const WhatIfPage = lazy(() => pages().then((p) => p.WhatIfPage));

/** The pages in the words that are there already; others are fetched when they are chosen. */
export function App({ first }: { first: { language: Language; text: Text } }) {
  const { route, go } = useRouter();
  const live = useLive();
  const status = useResource("status", live.revision, api.status);
  const [{ language, text }, setSpoken] = useState(first);
  const [help, setHelp] = useState(false);
  const [finding, setFinding] = useState(false);
  const me = useResource("me", 0, api.me);
  const openAlarms = useOpenAlarms(live.revision);
  const alarmsRevision = live.revision + openAlarms.revision;
  live.shown.current = status.data?.published ?? undefined;

  // The table stays as it was left while a module's page is open, but for the model chosen there.
  const left = useRef<View | null>(null);
  if (route.page === "table") left.current = route.view;
  // So does what was asked last.
  const asked = useRef(defaultWhatIf);
  if (route.page === "whatif") asked.current = route.view;
  // And the list of alarms, while one of them is open.
  const listed = useRef<AlarmsView | null>(null);
  if (route.page === "alarms") listed.current = route.view;
  // The page of the pool too.
  const pooled = useRef<PoolView | null>(null);
  if (route.page === "pool") pooled.current = route.view;
  // And the page of changes, while one of them is open.
  const changing = useRef<ChangesView | null>(null);
  if (route.page === "changes") changing.current = route.view;
  const backToTable = () => {
    const model = route.page === "module" && { model: route.model };
    go(writeView({ ...(left.current ?? defaultView), ...model }) || "./");
  };

  const speak = (other: Language) => {
    keepLanguage(other);
    texts[other]().then(
      (words) => setSpoken({ language: other, text: words }),
      () => location.reload(), // the server has a new version, with words of its own
    );
  };

  useEffect(() => {
    document.documentElement.lang = text.locale;
    keepLanguage(language);
  }, [language, text]);
  useKeys({ "?": () => setHelp((open) => !open), s: () => setFinding(true) });
  useCtrlK(() => setFinding(true));

  const barred = isBarred(me.data);
  const progress = live.progress ?? status.data?.progress ?? [];
  return (
    <LanguageProvider value={text}>
      <MeProvider value={me.data}>
        <Header
          page={route.page}
          status={status.data}
          connected={live.connected || barred}
          openAlarms={openAlarms}
          onHome={backToTable}
          onGo={(path) => go(path === whatIfPath(defaultWhatIf) ? whatIfPath(asked.current) : path)}
          onHelp={() => setHelp(true)}
          onFind={() => setFinding(true)}
          onLanguage={() => speak(otherLanguage(language))}
        />
        {barred && me.data ? (
          <Barred me={me.data} />
        ) : (
          <>
            {left.current && (
              <TablePage
                shown={route.page === "table"}
                view={left.current}
                revision={live.revision}
                runs={live.runs}
                onGo={go}
                status={status.data}
                progress={progress}
                onView={(view) => go(writeView(view) || "./", true)}
                onOpen={(id) => go(modulePath(id, left.current?.model ?? ""))}
              />
            )}
            {route.page === "module" && (
              <ModulePage
                key={route.id}
                id={route.id}
                model={route.model}
                revision={live.revision}
                status={status.data}
                progress={progress}
                onBack={backToTable}
                onPath={(path) => go(writeView({ ...defaultView, model: route.model, path }) || "./")}
                onModel={(model) => go(modulePath(route.id, model), true)}
                toMark={route.mark}
                alarmsRevision={alarmsRevision}
                onGo={go}
              />
            )}
            {route.page === "ledger" && (
              <LedgerPage
                view={route.view}
                status={status.data}
                onView={(view) => go(ledgerPath(view), true)}
                onOpen={(id) => go(modulePath(id, ""))}
                onBack={backToTable}
              />
            )}
            {route.page === "capacity" && (
              <CapacityPage
                view={route.view}
                revision={live.revision}
                status={status.data}
                onView={(view) => go(capacityPath(view), true)}
                onGo={go}
                onBack={backToTable}
              />
            )}
            {route.page === "reports" && (
              <ReportsPage view={route.view} revision={live.revision} onGo={go} onBack={backToTable} />
            )}
            {route.page === "whatif" && (
              <WhatIfPage
                view={route.view}
                revision={live.revision}
                status={status.data}
                onView={(view) => go(whatIfPath(view), true)}
                onOpen={(id) => go(modulePath(id, "calibrated"))}
                onBack={backToTable}
              />
            )}
            {listed.current && (
              <AlarmsPage
                shown={route.page === "alarms"}
                view={listed.current}
                revision={alarmsRevision}
                status={status.data}
                onView={(view) => go(alarmsPath(view), true)}
                onGo={go}
                onBack={backToTable}
              />
            )}
            {route.page === "alarm" && (
              <AlarmPage
                key={route.view.id}
                view={route.view}
                list={listed.current ?? defaultAlarms}
                revision={alarmsRevision}
                status={status.data}
                onGo={go}
              />
            )}
            {pooled.current && (
              <PoolPage
                shown={route.page === "pool"}
                view={pooled.current}
                revision={live.revision}
                status={status.data}
                onView={(view) => go(poolPath(view), true)}
                onGo={go}
                onBack={backToTable}
              />
            )}
            {route.page === "poolplace" && (
              <PlacePage
                key={`${route.view.kind} ${route.view.id}`}
                view={route.view}
                list={pooled.current}
                revision={live.revision}
                status={status.data}
                onGo={go}
              />
            )}
            {changing.current && (
              <ChangesPage
                shown={route.page === "changes"}
                view={changing.current}
                revision={live.revision + live.runs}
                status={status.data}
                onView={(view) => go(changesPath(view), true)}
                onGo={go}
                onBack={backToTable}
              />
            )}
            {route.page === "run" && (
              <RunPage
                key={route.view.id}
                view={route.view}
                list={changing.current}
                revision={live.revision + live.runs}
                status={status.data}
                onGo={go}
              />
            )}
            {route.page === "explain" && (
              <ExplainPage view={route.view} status={status.data} onGo={go} onBack={backToTable} />
            )}
          </>
        )}
        <Explainer levels={status.data?.levels ?? []} onGo={go} />
        {finding && <FindPanel onGo={go} onClose={() => setFinding(false)} />}
        {help && <Help onClose={() => setHelp(false)} />}
      </MeProvider>
    </LanguageProvider>
  );
}
