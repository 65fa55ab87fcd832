import { Mutes } from "./mutelist";
import { Silences } from "./silencelist";

type Props = Parameters<typeof Silences>[0];

/** Of what nobody is told: silences, and mutes that come again. */
export function MutePart(props: Props) {
  return (
    <div class="alarm-panels">
      <Silences {...props} />
      <Mutes {...props} />
    </div>
  );
}
