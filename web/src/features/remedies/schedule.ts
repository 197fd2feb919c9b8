import type { components } from "../../api/schema.gen.ts";
import { inputsOf, type Playbook } from "./remedy.ts";

export type Schedule = components["schemas"]["RemedySchedule"];
export type Spec = components["schemas"]["RemedyScheduleSpec"];

/** A schedule as it is typed. */
export type ScheduleDraft = {
  title: string;
  playbook: string;
  connection: string;
  by: "people" | "check";
  people: string;
  check: string;
  inputs: Record<string, string>;
  cron: string;
  zone: string;
  ceiling: string;
  approval: boolean;
  atOnce: boolean;
  enabled: boolean;
  graceHours: string;
  graceConnection: string;
  graceSubject: string;
  graceText: string;
};

/** What a form of a schedule begins with: what is there, or what is careful. */
export function draftOf(s: Schedule | undefined, zone: string): ScheduleDraft {
  const text = (v: unknown) => (typeof v === "string" ? v : JSON.stringify(v));
  return {
    title: s?.title ?? "",
    playbook: s?.playbook ?? "",
    connection: s?.connection ?? "",
    by: s?.check ? "check" : "people",
    people: s?.people ?? "",
    check: s?.check ?? "",
    inputs: Object.fromEntries(Object.entries(s?.with ?? {}).map(([k, v]) => [k, text(v)])),
    cron: s?.cron ?? "0 8 * * 1",
    zone: s ? (s.zone ?? "") : zone,
    ceiling: String(s?.ceiling ?? 25),
    approval: s ? (s.approval ?? false) : true,
    atOnce: s?.atOnce ?? false,
    enabled: s?.enabled ?? true,
    graceHours: s?.graceHours ? String(s.graceHours) : "",
    graceConnection: s?.graceConnection ?? "",
    graceSubject: s?.graceSubject ?? "",
    graceText: s?.graceText ?? "",
  };
}

/** What is still missing of a schedule, by the names of its fields. */
export function wanting(d: ScheduleDraft): string[] {
  const out: string[] = [];
  if (!d.title.trim()) out.push("title");
  if (!d.playbook) out.push("playbook");
  if (!d.connection) out.push("connection");
  if (!(d.by === "people" ? d.people : d.check).trim()) out.push(d.by);
  if (!d.cron.trim()) out.push("cron");
  const ceiling = Number(d.ceiling);
  if (!Number.isInteger(ceiling) || ceiling < 1 || ceiling > 500) out.push("ceiling");
  const hours = Number(d.graceHours || "0");
  if (!Number.isInteger(hours) || hours < 0 || hours > 2160) out.push("graceHours");
  return out;
}

/** A schedule as it is sent. Mail of a grace is only told where there is a grace. */
export function specOf(d: ScheduleDraft, book: Playbook | undefined): Spec {
  const hours = Number(d.graceHours || "0");
  const told = hours > 0 && d.graceConnection !== "";
  return {
    title: d.title.trim(),
    playbook: d.playbook,
    connection: d.connection,
    people: d.by === "people" ? d.people.trim() : undefined,
    check: d.by === "check" ? d.check : undefined,
    with: book ? inputsOf(book, d.inputs) : undefined,
    cron: d.cron.trim(),
    zone: d.zone.trim() || undefined,
    ceiling: Number(d.ceiling),
    approval: d.approval,
    atOnce: (d.by === "check" && d.atOnce) || undefined,
    enabled: d.enabled,
    graceHours: hours || undefined,
    graceConnection: told ? d.graceConnection : undefined,
    graceSubject: told ? d.graceSubject.trim() : undefined,
    graceText: told ? d.graceText.trim() : undefined,
  };
}
