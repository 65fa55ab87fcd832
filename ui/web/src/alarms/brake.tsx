import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Brake } from "../api/heals";
import { type Resource, useResource } from "../api/live";
import { Link } from "../link";
import { langOf, useText } from "../text/language";
import { AskForm } from "./askform";
import { type AlarmsView, alarmsPath } from "./view";
import { moment } from "./words";

export const useBrake = (revision: number) => useResource("brake", revision, api.brake);

interface Props {
  brake: Resource<Brake>;
  today: string; // YYYY-MM-DD
}

/** Big and clear while all healing is stopped, with the way to let it go on. */
export function BrakePulled({ brake, today }: Props) {
  const text = useText().alarms.brake;
  const [open, setOpen] = useState(false);
  const { data } = brake;
  if (!data?.stopped) return null;
  return (
    <section class="brake-pulled" role="alert">
      <h2>{text.stopped(data.since ? moment(data.since, today) : "")}</h2>
      <p lang={langOf(data.reason)}>{data.reason}</p>
      <p>{text.means}</p>
      {open ? (
        <AskForm
          about=""
          fields={[{ name: "reason", label: text.why, hint: text.whyHint, needed: true }]}
          action={text.release}
          onSend={async ({ reason = "" }) => {
            const released = await api.releaseBrake(reason);
            brake.mutate(() => released);
            setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <button type="button" class="main-action" onClick={() => setOpen(true)}>
          {text.release}…
        </button>
      )}
    </section>
  );
}

/** The same in short on the other parts of the page, as a way to it. */
export function BrakeBar({ brake, today, view, onGo }: Props & BarProps) {
  const text = useText().alarms.brake;
  if (!brake.data?.stopped) return null;
  const { since, reason } = brake.data;
  return (
    <Link to={alarmsPath({ ...view, part: "heals" })} onGo={onGo} class="brake-bar">
      <b>{text.stopped(since ? moment(since, today) : "")}</b> <span lang={langOf(reason)}>{reason}</span>
    </Link>
  );
}

interface BarProps {
  view: AlarmsView;
  onGo: (path: string) => void;
}

/** In one line while healing goes on: whether it was ever stopped. */
export function BrakeLine({ brake, today }: Props) {
  const text = useText().alarms;
  const { data } = brake;
  if (!data || data.stopped) return null;
  const released = data.released_at;
  return (
    <p class="reason">
      {text.brake.free}{" "}
      {released &&
        text.brake.last(
          data.since ? moment(data.since, today) : "",
          moment(released, today),
          data.released_by || text.somebody,
          data.release_why,
        )}
    </p>
  );
}
