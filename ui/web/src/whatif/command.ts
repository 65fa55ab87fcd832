import { partTexts } from "./form";
import { isWhole, type Scenario } from "./scenario";

/** Where the command looks for a server unless it is told. */
const defaultServer = "http://127.0.0.1:7480";

/**
 * The words of the command that prints the same from the server at a root, for a
 * POSIX shell. Unfinished parts are left out.
 */
export function commandWords(s: Scenario, level: string, root: string): string[] {
  const server = root.replace(/\/$/, "");
  const whole: Scenario = {
    ...s,
    loads: s.loads.filter(isWhole.loads),
    lost: s.lost.filter(isWhole.lost),
    devices: s.devices.filter(isWhole.devices),
  };
  const flags = partTexts(whole);
  if (level) flags.push(["level", level]);
  if (server !== defaultServer) flags.push(["server", server]);
  return ["headroom", "whatif", ...flags.map(([name, text]) => `--${name.replace("_", "-")}=${quote(text)}`)];
}

/** One word of a POSIX shell, in quotes where it needs them. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
