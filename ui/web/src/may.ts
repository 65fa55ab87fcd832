import type { Grant, Me, Role } from "./api/told";

/** What somebody lacks to do something. */
export interface Lack {
  role: Role; // that it takes
  path: string | undefined; // id of the node of the tree where it takes it; "" for all, undefined for any
  has: Role | ""; // the role that they have there
}

const rank = (role: Role | "") => ["", "viewer", "operator", "admin"].indexOf(role);

/** Somebody's highest role for a node of the tree, or for any, by their grants. */
export function roleAt(rights: Pick<Grant, "role" | "path">[], path: string | undefined): Role | "" {
  const here = rights.filter(
    (g) => path === undefined || g.path === "" || path === g.path || path.startsWith(`${g.path}/`),
  );
  return here.reduce<Role | "">((best, g) => (rank(g.role) > rank(best) ? g.role : best), "");
}

/**
 * What somebody lacks for an action of the audit log, as "mute.add" or "request.approve",
 * at a node of the tree, or at any while it is not known where; nothing where they may do
 * it, or nobody knows.
 */
export function lackOf(me: Me | undefined, action: string, path: string | undefined): Lack | undefined {
  if (!me || me.open) return undefined;
  const need = me.needs[action] ?? me.needs[action.slice(0, action.indexOf(".") + 1)];
  if (!need) return undefined;
  const at = need.whole ? "" : path;
  const has = roleAt(me.rights, at);
  return rank(has) < rank(need.role) ? { role: need.role, path: at, has } : undefined;
}
