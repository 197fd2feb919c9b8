import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { AppToSetUp } from "./AppToSetUp.tsx";
import { CodeField } from "./CodeField.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import { StepRefused } from "./StepRefused.tsx";

type Props = { second: components["schemas"]["SecondFactor"]; onDone: () => void; onBack: () => void };

/** Sets up an authenticator app while signing in, where the organization wants one. */
export function EnrolStep({ second, onDone, onBack }: Props) {
  const [code, setCode] = useState("");
  const ask = useMutation({
    mutationFn: () => call("post", "/api/v1/session/second/app", { body: { token: second.token } }),
  });
  const give = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/session/second", { body: { token: ask.data?.token ?? second.token, code: code.trim() } }),
    onSuccess: (s) => !s.recoveryCodes?.length && onDone(),
  });
  const asked = useRef(false);
  const { mutate } = ask;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  const codes = give.data?.recoveryCodes;
  if (codes?.length) return <RecoveryCodes codes={codes} onDone={onDone} done="Go on" />;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        give.mutate();
      }}
    >
      <div>
        <h2 className="text-base font-medium">Your organization wants a second factor</h2>
        <p className="text-sm text-muted">
          Set up an authenticator app now. It takes a minute, and is asked from then on.
        </p>
      </div>
      <StepRefused error={ask.error ?? give.error} />
      {ask.data ? <AppToSetUp app={ask.data} /> : !ask.error && <SkeletonLines lines={4} />}
      {ask.data && <CodeField label="Code that the app shows" value={code} onChange={setCode} />}
      {ask.data && (
        <Button type="submit" look="primary" busy={give.isPending} disabled={!code.trim()}>
          Keep it and sign in
        </Button>
      )}
      <div className="text-sm">
        <button type="button" className="text-accent hover:underline" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}
