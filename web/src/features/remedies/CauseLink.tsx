import { Link } from "@tanstack/react-router";
import { isKind } from "../visibility/kinds.ts";
import type { Cause } from "./remedy.ts";

/** What a plan answers, leading there. */
export function CauseLink({ cause: { kind, id }, tenant }: { cause: Cause; tenant?: string }) {
  const look = "underline decoration-line hover:decoration-current wrap-anywhere";
  if (kind === "finding" && id && tenant) {
    return (
      <Link to="/findings/$id/$finding" params={{ id: tenant, finding: id }} className={look}>
        what a check found
      </Link>
    );
  }
  const [start, entity] = id?.split("/") ?? [];
  if (kind === "path" && tenant && isKind(start) && entity) {
    return (
      <Link to="/access/$id/$kind/$entity" params={{ id: tenant, kind: start, entity }} className={look}>
        a way to administrator
      </Link>
    );
  }
  if (kind === "alert" && id) {
    return (
      <Link to="/alerts/$id" params={{ id }} className={look}>
        an alert
      </Link>
    );
  }
  if (kind === "run" && id) {
    return (
      <Link to="/runs/$id" params={{ id }} className={look}>
        the run of a flow
      </Link>
    );
  }
  if (kind === "schedule") {
    return (
      <Link to="/remedies" search={{ tab: "schedules" }} className={look}>
        the clock
      </Link>
    );
  }
  const words: Record<Cause["kind"], string> = {
    finding: "what a check found",
    alert: "an alert",
    identity: "nothing in particular",
    path: "a way to administrator",
    schedule: "the clock",
    run: "a flow",
    hand: "nothing in particular",
  };
  return words[kind];
}
