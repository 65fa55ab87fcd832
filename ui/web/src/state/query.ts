// How the fields of a view stand in the query of its URL.

type Params = Record<string, string | number | boolean | string[] | undefined>;

/** A query with its "?" of the parameters that are neither empty nor false, its slashes, commas and colons readable. */
export function writeQuery(params: Params): string {
  const each = Object.entries(params).flatMap(([name, values]) =>
    [values].flat().map((v) => [name, `${v === false ? "" : (v ?? "")}`]),
  );
  const text = `${new URLSearchParams(each.filter(([, value]) => value))}`;
  return text && `?${text.replace(/%2F|%2C|%3A/g, decodeURIComponent)}`;
}

/** Whether two queries show the same node, and its parts of the same level. */
export function isSamePlace(one: string, other: string): boolean {
  const [a, b] = [new URLSearchParams(one), new URLSearchParams(other)];
  return ["path", "level"].every((name) => a.get(name) === b.get(name));
}

/** Whether it is a day, as in 2026-11-27. */
export const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** What a field may be: one of these, or what passes. */
type Rule = readonly unknown[] | ((text: string) => boolean);

/**
 * Reads and writes texts, numbers and switches. The parameters have the names of the fields
 * unless said otherwise; what is at its default is left out, what may not be is its default.
 */
export function fieldsOf<V extends object>(
  defaults: V,
  names: Partial<Record<keyof V, string>>,
  rules: Partial<Record<keyof V, Rule>> = {},
) {
  const fields = Object.entries(defaults) as [keyof V & string, unknown][];
  const nameOf = (key: keyof V & string) => names[key] ?? key;
  return {
    read(query: string): V {
      const q = new URLSearchParams(query);
      const read = ([key, usual]: (typeof fields)[0]) => {
        const text = q.get(nameOf(key)) ?? "";
        const kind = typeof usual;
        const value = kind === "number" ? Number(text) : kind === "boolean" ? text === "true" : text;
        const rule = rules[key] ?? (() => true);
        const fits = text && (typeof rule === "function" ? rule(text) : rule.includes(value));
        return [key, fits ? value : usual];
      };
      return Object.fromEntries(fields.map(read));
    },
    params: (view: V): Params =>
      Object.fromEntries(
        fields.map(([key, usual]) => [nameOf(key), view[key] === usual ? "" : `${view[key]}`]),
      ),
  };
}
