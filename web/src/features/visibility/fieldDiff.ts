// What changed between two versions of something, field by field.

export type FieldChange = { path: string; before?: unknown; after?: unknown; change: "added" | "removed" | "changed" };

/** The fields that differ. Lists whose items have an id or a name are compared item by item, others by place. */
export function fieldDiff(before: unknown, after: unknown): FieldChange[] {
  const out: FieldChange[] = [];
  compare("", before, after, out);
  return out;
}

function compare(path: string, before: unknown, after: unknown, out: FieldChange[]) {
  if (before === undefined && after === undefined) return;
  if (before === undefined) out.push({ path, after, change: "added" });
  else if (after === undefined) out.push({ path, before, change: "removed" });
  else if (isObject(before) && isObject(after)) objects(path, before, after, out);
  else if (Array.isArray(before) && Array.isArray(after)) lists(path, before, after, out);
  else if (JSON.stringify(before) !== JSON.stringify(after)) out.push({ path, before, after, change: "changed" });
}

function objects(path: string, before: Record<string, unknown>, after: Record<string, unknown>, out: FieldChange[]) {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(path ? `${path}.${key}` : key, before[key], after[key], out);
  }
}

function lists(path: string, before: unknown[], after: unknown[], out: FieldChange[]) {
  if (plain(before) && plain(after)) {
    const gone = before.filter((v) => !after.includes(v));
    const came = after.filter((v) => !before.includes(v));
    if (gone.length > 0) out.push({ path, before: gone.length === 1 ? gone[0] : gone, change: "removed" });
    if (came.length > 0) out.push({ path, after: came.length === 1 ? came[0] : came, change: "added" });
    if (gone.length + came.length === 0 && JSON.stringify(before) !== JSON.stringify(after)) {
      out.push({ path, before, after, change: "changed" });
    }
    return;
  }
  const a = keyed(before);
  const b = keyed(after);
  for (const key of new Set([...a.keys(), ...b.keys()])) compare(`${path}[${key}]`, a.get(key), b.get(key), out);
}

/** Items by what they are known by; by their place where that does not tell them apart. */
function keyed(list: unknown[]): Map<string, unknown> {
  const keys = list.map((v) => (isObject(v) ? String(v.name ?? v.label ?? v.id ?? "") : ""));
  const apart = keys.every((k) => k !== "") && new Set(keys).size === keys.length;
  return new Map(list.map((v, i) => [apart ? (keys[i] ?? "") : String(i + 1), v]));
}

function plain(list: unknown[]): boolean {
  return list.every((v) => v === null || typeof v !== "object");
}

function isObject(v: unknown): v is Record<string, unknown> {
  return v !== null && typeof v === "object" && !Array.isArray(v);
}

/** A value in one line. */
export function valueWords(v: unknown): string {
  if (v === null || v === undefined || v === "") return "nothing";
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "string") return v;
  if (typeof v === "number") return String(v);
  if (Array.isArray(v) && plain(v)) return v.length === 0 ? "nothing" : v.map(valueWords).join(", ");
  return JSON.stringify(v);
}

/** A few words on what changed: the first fields by name, and how many more. */
export function changeWords(changes: FieldChange[], shown = 3): string {
  const paths = [...new Set(changes.map((c) => c.path))];
  const more = paths.length - shown;
  return more > 0 ? `${paths.slice(0, shown).join(", ")} and ${more} more` : paths.join(", ");
}
