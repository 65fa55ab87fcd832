import { address, plainClick } from "../state/router";
import { useText } from "../text/language";
import { noScenario } from "./scenario";
import { defaultWhatIf, type WhatIfView, whatIfPath } from "./view";

/** From a node to a scenario in which its load is three tenths more. */
export function WhatIfLink({ path, onWhatIf }: { path: string; onWhatIf: (view: WhatIfView) => void }) {
  const text = useText().whatIf;
  const loads = [{ path, factor: "1.3", from: "", to: "" }];
  const view = { ...defaultWhatIf, scenarios: [{ ...noScenario, loads }] };
  return (
    <a
      class="what-if"
      href={address(whatIfPath(view))}
      title={text.linkTitle}
      onClick={(e) => {
        if (!plainClick(e)) return;
        e.preventDefault();
        onWhatIf(view);
      }}
    >
      {text.link}
    </a>
  );
}
