import { useState } from "preact/hooks";
import type { Status } from "../api/types";
import { useText } from "../text/language";
import { PartsPage } from "../tree/parts";
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
export function AlarmsPage(props: Props) {
  const { shown, view, revision, onView } = props;
  const text = useText();
  const [frozen, setFrozen] = useState(revision);
  if (shown && frozen !== revision) setFrozen(revision); // a hidden page asks for nothing
  return (
    <PartsPage
      {...props}
      class="alarms-page"
      title={text.alarms.title}
      path={view.path}
      parts={parts}
      part={view.part}
      names={text.alarms.parts}
      to={(part) => alarmsPath({ ...view, part })}
      onPath={(path) => onView({ ...view, path })}
    >
      {({ zone }) => <Body {...props} zone={zone} revision={frozen} />}
    </PartsPage>
  );
}

interface BodyProps extends Pick<Props, "shown" | "view" | "revision" | "onView" | "onGo"> {
  zone: string | undefined;
}

function Body(props: BodyProps) {
  const { view } = props;
  const brake = useBrake(props.revision);
  const part = { ...props, today: todayIn(props.zone), brake };
  return (
    <>
      {view.part === "heals" ? <BrakePulled {...part} /> : <BrakeBar {...part} />}
      {view.part === "list" && <ListPart {...part} />}
      {view.part === "stats" && <Stats {...part} />}
      {view.part === "mutes" && <MutePart {...part} />}
      {view.part === "changes" && <ChangePart {...part} />}
      {view.part === "heals" && <HealPart {...part} />}
    </>
  );
}
