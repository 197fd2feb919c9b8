import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button, buttonClass } from "../../../kit/Button.tsx";
import { FileDrop } from "../FileDrop.tsx";
import { HookPanel } from "../HookPanel.tsx";
import { Prerequisites } from "../Prerequisites.tsx";
import { StreamPanel } from "../StreamPanel.tsx";
import { TrialPanel } from "../TrialPanel.tsx";

type Source = components["schemas"]["SourceDetail"];

/** What the test of a new source found, and what is left to set up on the other side. */
export function ResultStep({
  source: s,
  secrets,
  onNext,
}: {
  source: Source;
  secrets: { hook?: string; token?: string };
  onNext?: () => void;
}) {
  return (
    <div className="flex flex-col gap-6">
      {s.hook && <HookPanel source={s} secret={s.connection && s.kind === "okta" ? undefined : secrets.hook} />}
      {s.stream && <StreamPanel stream={s.stream} token={secrets.token} />}
      {s.file && <FileDrop id={s.id} />}
      {s.connection && <Prerequisites id={s.id} show="sight" look />}
      <div className="flex gap-2">
        {onNext ? (
          <Button look="primary" onClick={onNext}>
            Next
          </Button>
        ) : (
          <Finish id={s.id} look="primary" />
        )}
      </div>
    </div>
  );
}

export function PrerequisiteStep({ id, onBack, onNext }: { id: string; onBack: () => void; onNext: () => void }) {
  return (
    <div className="flex flex-col gap-6">
      <Prerequisites id={id} show="prerequisites" look />
      <div className="flex gap-2">
        <Button onClick={onBack}>Back</Button>
        <Button look="primary" onClick={onNext}>
          Next
        </Button>
      </div>
    </div>
  );
}

export function ConfirmStep({ source, onBack }: { source: Source; onBack: () => void }) {
  const { id, kind } = source;
  const trial = useQuery(read("/api/v1/sources/{id}/trial", { path: { id } }));
  const confirmed = trial.data?.state === "confirmed";
  return (
    <div className="flex flex-col gap-6">
      <TrialPanel id={id} kind={kind} />
      <div className="flex gap-2">
        <Button onClick={onBack}>Back</Button>
        <Finish id={id} look={confirmed ? "primary" : "plain"} label={confirmed ? "Finish" : "Confirm later"} />
      </div>
    </div>
  );
}

function Finish({ id, look, label = "Finish" }: { id: string; look: "primary" | "plain"; label?: string }) {
  return (
    <Link to="/sources/$id" params={{ id }} className={buttonClass(look)}>
      {label}
    </Link>
  );
}
