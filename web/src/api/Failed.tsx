import { ErrorState } from "../kit/ErrorState.tsx";
import { Failure, type FailureKind } from "./failure.ts";

const advice: Partial<Record<FailureKind, string>> = {
  unreachable: "What you see may be old. The console tries again by itself.",
  internal: "It is not your doing. Try again; if it stays, look for the request in the server's log.",
  unavailable: "Something that the server needs does not answer. Try again in a moment.",
  too_many: "Wait a moment, then try again.",
  denied: "Ask an administrator of your organization for the permission.",
  not_found: "It may have been deleted, or it belongs to another organization.",
};

/** An error of the API where its answer would stand. */
export function Failed({
  what,
  error,
  onRetry,
  retrying,
}: {
  what: string;
  error: unknown;
  onRetry?: () => void;
  retrying?: boolean;
}) {
  const f = error instanceof Failure ? error : undefined;
  return (
    <ErrorState
      tried={what}
      came={f?.message ?? String(error)}
      advice={f && advice[f.kind]}
      request={f?.tried}
      requestId={f?.requestId}
      onRetry={onRetry}
      retrying={retrying}
    />
  );
}
