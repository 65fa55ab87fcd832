import { useKeys } from "./keys";
import { Link } from "./link";
import { useText } from "./text/language";
import { useTitle } from "./title";

/** What an address shows that no page has, with the way to the warning table. */
export function Nowhere({ onBack }: { onBack: () => void }) {
  const text = useText();
  useKeys({ Escape: onBack });
  useTitle(text.noPage);
  return (
    <main class="first-steps nowhere">
      <h1>{text.noPage}</h1>
      <Link to="./" onGo={onBack} class="way">
        {text.table}
      </Link>
    </main>
  );
}
