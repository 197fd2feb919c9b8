import { Failure } from "../../api/failure.ts";
import { Note } from "../../kit/Note.tsx";
import { passkeyProblem } from "./passkey.ts";

/** Why a second factor did not do. */
export function StepRefused({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <Note tone="bad" title="That did not do">
      {error instanceof Failure ? error.message : passkeyProblem(error)}
    </Note>
  );
}
