import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";

/** Why a sign-in was refused: the check, what it demands, what came. */
export function Reason({ reason }: { reason: components["schemas"]["SSOReason"] }) {
  return (
    <Note tone="bad" title={reason.explain || reason.check}>
      {reason.detail && <p>{reason.detail}</p>}
      {(reason.want || reason.got) && (
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
          {reason.want && (
            <>
              <dt>wanted</dt>
              <dd className="font-mono wrap-anywhere">{reason.want}</dd>
            </>
          )}
          {reason.got && (
            <>
              <dt>came</dt>
              <dd className="font-mono wrap-anywhere">{reason.got}</dd>
            </>
          )}
        </dl>
      )}
      <p className="mt-1 text-xs text-faint">
        check <code className="font-mono">{reason.check}</code>
      </p>
    </Note>
  );
}
