import { type AlertState, type Entry, type Severity, type Verdict, verdicts } from "./alert.ts";
import { alertStates } from "./alertState.tsx";
import { severities } from "./severity.tsx";
import { stepOf } from "./steps.ts";

const lower = (s: string) => s.charAt(0).toLowerCase() + s.slice(1);
const state = (s?: string) => lower(alertStates[s as AlertState]?.label ?? s ?? "");
const severity = (s?: string) => lower(severities[s as Severity]?.label ?? s ?? "");

/** What an entry of a trail says was done, as the rest of a sentence that begins with who did it. */
export function entryWords(e: Entry): string {
  switch (e.kind) {
    case "opened":
      return e.by ? "made it" : "It was opened";
    case "state":
      return e.is === "open" ? "reopened it" : e.is === "closed" ? "closed it" : `set it to ${state(e.is)}`;
    case "verdict":
      return `found: ${lower(verdicts[e.is as Verdict]?.label ?? e.is ?? "")}`;
    case "assignee":
      return e.is ? `gave it to ${e.is}` : `took it from ${e.was || "somebody"}`;
    case "severity":
      return `${e.by ? "set the severity" : "The severity went"} from ${severity(e.was)} to ${severity(e.is)}`;
    case "case":
      return e.is ? `put it into the case ${e.is}` : `took it out of the case ${e.was || ""}`.trim();
    case "title":
      return `named it ${e.is}`;
    case "joined":
      return e.text ? e.text : `added ${alerts(e.is)}`;
    case "left":
      return e.text ? e.text : `took out ${alerts(e.is)}`;
    case "comment": {
      const step = stepOf(e.text);
      if (step) return `${step.done ? "did" : "took back"}: ${step.step}`;
      return "commented";
    }
  }
}

function alerts(n: string | undefined): string {
  return n === "1" ? "one alert" : `${n ?? "some"} alerts`;
}

/** What an entry says beside what was done: a comment, or why. */
export function entryText(e: Entry): string {
  if (e.kind === "joined" || e.kind === "left" || stepOf(e.text)) return "";
  return e.text ?? "";
}
