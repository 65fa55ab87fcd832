import { useState } from "preact/hooks";
import { EndButton } from "../alarms/endbutton";
import { momentIn, todayIn } from "../alarms/range";
import { api } from "../api/client";
import type { Worker } from "../api/pool";
import { Link } from "../link";
import { More } from "../more";
import { namesOf } from "../state/view";
import { count, unknown } from "../text/format";
import { useText } from "../text/language";
import { WorkerBadge } from "./badges";
import { nodePath, servicePath } from "./view";

interface Props {
  workers: Worker[];
  place: "service" | "node"; // what each is named by
  zone: string | undefined;
  onDone: () => void;
  onGo: (path: string) => void;
}

const columns = ["state", "port", "pid", "since", "restarts", "weight", "why"] as const;

/** Lines that are drawn at first; a button draws so many more. */
const page = 100;

/** Workers line by line. */
export function WorkerTable({ workers, place, zone, onDone, onGo }: Props) {
  const text = useText().pool;
  const today = todayIn(zone);
  const [most, setMost] = useState(page);
  return (
    <div class="scroll">
      <table class="workers">
        <thead>
          <tr>
            <th scope="col" class="place">
              {text.worker[place]}
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" class={name}>
                {text.worker[name]}
              </th>
            ))}
            <th class="act">
              <span class="hidden">{text.restart}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.slice(0, most).map((worker) => (
            <Row key={worker.id} {...{ worker, place, zone, today, onDone, onGo }} />
          ))}
        </tbody>
      </table>
      <More shown={most} all={workers.length} step={page} onShow={setMost} />
    </div>
  );
}

function Row({
  worker,
  place,
  zone,
  today,
  onDone,
  onGo,
}: Omit<Props, "workers"> & { worker: Worker; today: string }) {
  const text = useText().pool;
  const { id, service, node, port, proxy, pid, since, restarts, weight, reason, overload, why, stop } =
    worker;
  const known = pid !== undefined;
  return (
    <tr class={stop ? "stops" : ""}>
      <td class="place" title={id}>
        {place === "service" ? (
          <Link to={servicePath(service)} onGo={onGo} class="main" title={namesOf(service).join(" › ")}>
            {namesOf(service).at(-1)}
          </Link>
        ) : (
          <Link to={nodePath(node)} onGo={onGo} class="main">
            {node}
          </Link>
        )}
        {proxy && <span class="sub">{proxy}</span>}
      </td>
      <td class="state">
        <WorkerBadge worker={worker} />
      </td>
      <td class="port">{port > 0 ? port : unknown}</td>
      <td class="pid">{pid ?? unknown}</td>
      <td class="since">{since ? momentIn(since, zone, today) : unknown}</td>
      <td class="restarts">{count(restarts)}</td>
      <td class={weight < 100 && known ? "weight bad" : "weight"}>{known ? `${weight} %` : unknown}</td>
      <td class="why">
        {reason && (
          <span class={worker.state === "ready" ? "" : "bad"}>
            {worker.state === "ready" && restarts > 0 ? text.lastRestart(reason) : reason}
          </span>
        )}
        {overload && <span class="bad">{overload}</span>}
        <span class="why-here" title={why}>
          {stop ? text.stops(stop.why) : why}
        </span>
      </td>
      <td class="act">
        {!stop && known && (
          <EndButton
            name={text.restart}
            label={text.restartOf(id)}
            end={() => api.restartWorker(id)}
            onEnded={onDone}
          />
        )}
      </td>
    </tr>
  );
}
