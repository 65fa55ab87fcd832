import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { keptName } from "./alarms/name";
import type { Me } from "./api/told";

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
