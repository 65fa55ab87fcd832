import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { keptName } from "./alarms/name";
import type { Me } from "./api/told";
import { address } from "./state/router";
import { useText } from "./text/language";

/** Whether somebody may not look at anything; nobody is barred before it is known. */
export const isBarred = (me: Me | undefined) => me !== undefined && !me.may.read;

const Known = createContext<Me | undefined>(undefined);
export const MeProvider = Known.Provider;

/** Who looks at the pages, as far as the server knows. */
export const useMe = () => useContext(Known);

/** Whether forms ask for a name: the server does not know it. */
export const useAsksName = () => !useMe()?.name;

/** The field of one's name in a form, where the server does not know it. */
export function WhoField({ label, name = "-who" }: { label: string; name?: string }) {
  if (!useAsksName()) return null;
  return (
    <label class="field">
      {label}
      <input type="text" name={name} maxLength={100} defaultValue={keptName()} />
    </label>
  );
}

/** What stands in place of all pages for those who may not look at them. */
export function Barred({ me }: { me: Me }) {
  const text = useText().changes.find;
  return (
    <main class="first-steps barred">
      <h2>{me.known ? text.noRole(me.name) : text.unknown}</h2>
      <p>{me.known ? text.noRoleText : text.unknownText}</p>
      {!me.known && me.login && (
        <a class="way" href={address(me.login.replace(/^\//, ""))}>
          {text.logIn}
        </a>
      )}
    </main>
  );
}
