import { Time } from "../../kit/Time.tsx";

/** A value in the grid. */
export function Cell({ value, type }: { value: unknown; type: string }) {
  if (value === null || value === undefined || value === "") return <span className="text-faint">–</span>;
  if (type === "date" && typeof value === "string" && !Number.isNaN(Date.parse(value))) return <Time at={value} />;
  if (typeof value === "boolean") return <>{value ? "yes" : "no"}</>;
  if (typeof value === "number") return <>{value.toLocaleString("en-GB")}</>;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return <span title={text.length > 40 ? text.slice(0, 1000) : undefined}>{text.slice(0, 300)}</span>;
}
