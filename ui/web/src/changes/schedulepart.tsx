import { useState } from "preact/hooks";
import { todayIn } from "../alarms/range";
import { moment } from "../alarms/words";
import { Act, Lacking } from "../allowed";
import { api } from "../api/client";
import type { Flow, MaintenanceWindow, Schedule } from "../api/flows";
import { useResource } from "../api/live";
import { Link } from "../link";
import { Waiting } from "../notice";
import { useFresh } from "../pool/fresh";
import { OrderForm } from "../pool/orderform";
import { Stale } from "../pool/page";
import { namesOf } from "../state/view";
import { useText } from "../text/language";
import { cronWords } from "./cron";
import { ChangeForm, CheckField, ChoiceField, Confirm, TextField } from "./form";
import { readInputs } from "./inputs";
import type { PartProps } from "./page";
import { InputFields } from "./startform";
import { listed } from "./steps";
import { runPath } from "./view";

/** What starts flows again and again, and when changes may begin. */
export function SchedulePart({ view, shown, revision, zone, onGo }: PartProps) {
  const whole = useText();
  const text = whole.changes.schedules;
  const found = useFresh("schedules", revision, shown, api.schedules);
  const [adding, setAdding] = useState(false);
  const deed = { does: "schedule.set", at: view.path || undefined };
  const again = () => {
    setAdding(false);
    found.again();
  };
  if (!found.data) return <Waiting error={found.error} />;
  const { schedules, windows } = found.data;
  return (
    <>
      <Stale of={found} />
      <div class="actions">
        <Act {...deed} aria-expanded={adding} onClick={() => setAdding(!adding)}>
          {text.add}
        </Act>
      </div>
      <Lacking {...deed} />
      {adding && (
        <NewSchedule path={view.path} windows={windows} onDone={again} onCancel={() => setAdding(false)} />
      )}
      {schedules.length === 0 && !adding && <p class="nothing">{text.none}</p>}
      <ul class="flow-list">
        {schedules.map((one) => (
          <Line key={one.id} of={one} today={todayIn(zone)} onChange={again} onGo={onGo} />
        ))}
      </ul>
      {windows.length > 0 && (
        <>
          <h3>{text.windows}</h3>
          <ul class="flow-list">
            {windows.map((w) => (
              <li key={w.name} class="flow">
                <b>{w.name}</b> {cronWords(w.cron, whole)} · {text.lasts(Math.round(w.duration_seconds / 60))}{" "}
                <small>{[w.path && namesOf(w.path).join(" › "), w.zone].filter(Boolean).join(" · ")}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface LineProps {
  of: Schedule;
  today: string; // YYYY-MM-DD
  onChange: () => void;
  onGo: (path: string) => void;
}

function Line({ of, today, onChange, onGo }: LineProps) {
  const whole = useText();
  const text = whole.changes.schedules;
  const [order, setOrder] = useState<"pause" | "resume" | "remove">();
  const { id, flow, cron, zone, inputs, paused, next, last, last_run, last_error, window, who, why } = of;
  const module = `${inputs?.module ?? ""}`;
  const over = {
    onDone: () => {
      setOrder(undefined);
      onChange();
    },
    onCancel: () => setOrder(undefined),
  };
  const flip = paused ? "resume" : "pause";
  return (
    <li class="flow">
      <div class="flow-head">
        <b>{flow}</b>
        <span title={cron}>{cronWords(cron, whole)}</span>
        {zone && <small>{zone}</small>}
        {paused && <span class="tag">{text.paused}</span>}
        {id.startsWith("config-") ? (
          <span class="tag" title={text.configuredTitle}>
            {text.configured}
          </span>
        ) : (
          <span class="ways">
            <Act does="schedule.set" at={module} onClick={() => setOrder(flip)}>
              {text[flip]}
            </Act>
            <Act does="schedule.end" at={module} onClick={() => setOrder("remove")}>
              {text.remove}
            </Act>
          </span>
        )}
      </div>
      <p class="about">
        {[next && text.next(moment(next, today)), window && text.within(window), text.by(who), why]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {Object.keys(inputs ?? {}).length > 0 && (
        <p class="about">
          {Object.entries(inputs ?? {}).map(([name, value]) => (
            <code key={name}>{`${name}=${listed(value)} `}</code>
          ))}
        </p>
      )}
      {last && (
        <p class={last_error ? "bad" : "about"}>
          {text.last(moment(last, today))} {last_error}{" "}
          {last_run && (
            <Link to={runPath(last_run)} onGo={onGo} class="way">
              {last_run}
            </Link>
          )}
        </p>
      )}
      {order === "remove" && (
        <Confirm about={text.removeAbout} action={text.remove} send={() => api.endSchedule(id)} {...over} />
      )}
      {(order === "pause" || order === "resume") && (
        <OrderForm
          key={order}
          about=""
          action={text[order]}
          send={({ who: by, reason }) =>
            api.putSchedule({ ...of, paused: order === "pause", who: by, why: reason || why })
          }
          {...over}
        />
      )}
    </li>
  );
}

interface NewProps {
  path: string;
  windows: MaintenanceWindow[];
  onDone: () => void;
  onCancel: () => void;
}

/** Chooses a flow, then asks for its inputs and times. */
function NewSchedule({ path, windows, onDone, onCancel }: NewProps) {
  const text = useText().changes.schedules;
  const flows = useResource("flows", 0, api.flows);
  const [chosen, setChosen] = useState<Flow>();
  if (!flows.data) return <Waiting error={flows.error} />;
  const can = flows.data.filter((flow) => flow.faults.length === 0);
  const flow = chosen ?? can[0];
  if (!flow) return null;
  return (
    <ChangeForm
      about={text.addAbout}
      needsWhy
      buttons={[{ label: text.add }]}
      onSend={async ({ typed, who, why }) => {
        const { "-cron": cron = "", "-zone": zone = "", "-window": window = "" } = typed;
        await api.putSchedule({
          flow: flow.name,
          inputs: readInputs(flow.inputs, typed),
          ...{ cron, zone, window, who, why },
          catch_up: typed["-catch"] === "true",
        });
        onDone();
      }}
      onCancel={onCancel}
    >
      <ChoiceField
        label={text.flow}
        name="-flow"
        value={flow.name}
        choices={can.map(({ name, title }) => [name, title ? `${title} (${name})` : name])}
        onChange={(name) => setChosen(can.find((one) => one.name === name))}
      />
      <TextField label={text.cron} name="-cron" hint="0 2 * * SUN" needed />
      <TextField label={text.zone} name="-zone" hint="Asia/Shanghai" />
      {windows.length > 0 && (
        <ChoiceField
          label={text.window}
          name="-window"
          choices={[["", "–"], ...windows.map(({ name }): [string, string] => [name, name])]}
        />
      )}
      <CheckField label={text.catchUp} name="-catch" on={false} />
      <InputFields key={flow.name} inputs={flow.inputs} fill="" path={path} />
    </ChangeForm>
  );
}
