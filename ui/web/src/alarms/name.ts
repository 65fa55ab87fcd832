const key = "headroom-name";

/** The name under which somebody wrote last in this browser. */
export const keptName = () => localStorage.getItem(key) ?? "";

export const keepName = (name: string) => localStorage.setItem(key, name.trim());
