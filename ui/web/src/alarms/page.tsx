import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Status } from "../api/types";
import { knownZone } from "../charts/series";
import { useKeys } from "../keys";
import { Link } from "../link";
import { Loading } from "../notice";
import { useText } from "../text/language";
import { TreePage } from "../tree/page";
import { BrakeBar, BrakePulled, useBrake } from "./brake";
import { ChangePart } from "./changepart";
import { HealPart } from "./healpart";
import { ListPart } from "./listpart";
import { MutePart } from "./mutepart";
import { todayIn } from "./range";
import { Stats } from "./stats";
import { type AlarmsView, alarmsPath, parts } from "./view";

interface Props {
  shown: boolean;
  view: AlarmsView;
  revision: number;
  status: Status | undefined;
  onView: (view: AlarmsView) => void;
  onGo: (path: string) => void;
  onBack: () => void;
}

/** What became of the alarms, in numbers and one by one. */
export function AlarmsPage({ shown, view, revision, status, onView, onGo, onBack }: Props) {
  const text = useText();
  const [frozen, setFrozen] = useState(revision);
  if (shown && frozen !== revision) setFrozen(revision); // a hidden page asks for nothing
  useKeys(shown ? { Escape: onBack } : {});
  return (
    <TreePage
      class="alarms-page"
      title={text.alarms.title}
      hidden={!shown}
      path={view.path}
      status={status}
      tools={<Parts view={view} onGo={onGo} />}
      onPath={(path) => onView({ ...view, path })}
    >
      {status ? (
        <Body
          shown={shown}
          view={view}
          zone={knownZone(status.timezone)}
          revision={frozen}
          onView={onView}
          onGo={onGo}
        />
      ) : (
        <Loading />
      )}
    </TreePage>
  );
}

function Parts({ view, onGo }: Pick<Props, "view" | "onGo">) {
  const text = useText().alarms.parts;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = nav.current?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" }); // a phone shows only some of them
  }, [view.part]);
  return (
    <nav class="parts" aria-label={text.title} ref={nav}>
      {parts.map((part) => (
        <Link key={part} to={alarmsPath({ ...view, part })} onGo={onGo} current={part === view.part}>
          {text[part]}
        </Link>
      ))}
    </nav>
  );
}

interface BodyProps extends Pick<Props, "shown" | "view" | "revision" | "onView" | "onGo"> {
  zone: string | undefined;
}

function Body(props: BodyProps) {
  const { view, shown } = props;
  const sheets = useRef<HTMLDivElement>(null);
  useKeptScroll(sheets, shown);
  const brake = useBrake(props.revision);
  const part = { ...props, today: todayIn(props.zone), brake };
  return (
    <div class="sheets" ref={sheets}>
      {view.part === "heals" ? <BrakePulled {...part} /> : <BrakeBar {...part} />}
      {view.part === "list" && <ListPart {...part} />}
      {view.part === "stats" && <Stats {...part} />}
      {view.part === "mutes" && <MutePart {...part} />}
      {view.part === "changes" && <ChangePart {...part} />}
      {view.part === "heals" && <HealPart {...part} />}
    </div>
  );
}

/** A page that was hidden is where it was left. */
function useKeptScroll(ref: { current: HTMLElement | null }, shown: boolean) {
  const kept = useRef(0);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!shown || !el) return;
    el.scrollTop = kept.current;
    const keep = () => {
      kept.current = el.scrollTop;
    };
    el.addEventListener("scroll", keep, { passive: true });
    return () => el.removeEventListener("scroll", keep);
  }, [shown, ref]);
}
