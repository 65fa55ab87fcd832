import type { ComponentChildren } from "preact";
import type { Alarm } from "../api/alarms";
import { Link } from "../link";
import { Panel } from "../panel";
import { modulePath } from "../state/view";
import { useText } from "../text/language";
import { ChangeLinks } from "./changelinks";
import { alarmsPath, defaultAlarms } from "./view";
import { componentOf, linkOf, whereOf } from "./words";

/** A value that opens where it is the address of a page. */
function Value({ value, name }: { value: string; name?: string }) {
  const href = linkOf(value);
  if (!href) return <>{value}</>;
  return (
    <a class="way" href={href} target="_blank" rel="noopener noreferrer">
      {name ?? value}
    </a>
  );
}

/** A text of several lines, or of many words, stands below its name. */
const isLong = (value: ComponentChildren) =>
  typeof value === "string" && (value.length > 60 || value.includes("\n"));

type Line = [name: string, value: ComponentChildren];

function Lines({ lines }: { lines: Line[] }) {
  return (
    <dl class="facts">
      {lines.map(([name, value]) => (
        <div key={name} class={isLong(value) ? "long" : ""}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Where an alarm rings, who is responsible, what it shares with others. */
export function AlarmFactsPanel({ alarm, onGo }: { alarm: Alarm; onGo: (path: string) => void }) {
  const text = useText().alarms;
  const { path, node, process, owner, runbook, components, changes, source, generator_url } = alarm;
  const kind = { ...defaultAlarms, days: 30, kind: alarm.kind, path };
  const from = text.sources[source] ?? source;
  const all: [string, boolean, ComponentChildren][] = [
    [
      text.fact.path,
      path !== "",
      <Link key="path" to={modulePath(path, "")} onGo={onGo} class="way">
        {whereOf(alarm)}
      </Link>,
    ],
    [text.fact.node, node !== "", node],
    [text.fact.process, process !== "", process],
    [text.fact.owner, owner !== "", owner],
    [text.fact.runbook, runbook !== "", <Value key="runbook" value={runbook} />],
    [text.fact.components, components.length > 0, components.map(componentOf).join(", ")],
    [text.fact.changes, changes.length > 0, <ChangeLinks key="changes" ids={changes} onGo={onGo} />],
    [text.fact.source, true, linkOf(generator_url) ? <Rule from={from} url={generator_url} /> : from],
    [
      text.fact.history,
      alarm.kind !== "",
      <Link key="kind" to={alarmsPath(kind)} onGo={onGo} class="way">
        {text.history}
      </Link>,
    ],
  ];
  return (
    <Panel title={text.facts}>
      <Lines lines={all.filter(([, there]) => there).map(([name, , value]) => [name, value])} />
    </Panel>
  );
}

function Rule({ from, url }: { from: string; url: string }) {
  return (
    <>
      {from}, <Value value={url} name={useText().alarms.generator} />
    </>
  );
}

/** Labels or annotations; nothing where there are none. */
export function Pairs({ title, pairs }: { title: string; pairs: Record<string, string> }) {
  const lines = Object.entries(pairs).sort(([a], [b]) => a.localeCompare(b));
  if (lines.length === 0) return null;
  return (
    <Panel title={title}>
      <Lines
        lines={lines.map(([name, value]) => [
          name,
          linkOf(value) ? <Value key={name} value={value} /> : value,
        ])}
      />
    </Panel>
  );
}
