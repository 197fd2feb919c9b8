import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { AppToSetUp } from "../session/AppToSetUp.tsx";
import { CodeField } from "../session/CodeField.tsx";

type Props = { onClose: () => void; onKept: (codes?: string[]) => void };

/** Sets up an authenticator app. It is kept once it has shown a right code. */
export function NewApp({ onClose, onKept }: Props) {
  const [name, setName] = useState("Authenticator app");
  const [code, setCode] = useState("");
  const begin = useMutation({
    mutationFn: () => call("post", "/api/v1/session/factors/app", {}),
    // Who does not prove who they are leaves it.
    onError: (e) => e instanceof Failure && e.kind === "step_up" && onClose(),
  });
  const keep = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/session/factors/app/confirm", {
        body: { token: begin.data?.token ?? "", name: name.trim(), code: code.trim() },
      }),
    onSuccess: (f) => onKept(f.recoveryCodes),
  });
  const begun = useRef(false);
  const { mutate } = begin;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  const failure = keep.error instanceof Failure ? keep.error : undefined;
  const field = failure?.detail?.field;
  return (
    <Dialog open onClose={onClose} title="Add an authenticator app">
      {begin.isError && <Failed what="It was not begun." error={begin.error} />}
      {!begin.data && !begin.isError && <SkeletonLines lines={5} />}
      {begin.data && (
        <form
          className="flex flex-col gap-4"
          onSubmit={(e) => {
            e.preventDefault();
            keep.mutate();
          }}
        >
          <AppToSetUp app={begin.data} />
          <CodeField
            label="Code that the app shows"
            value={code}
            onChange={setCode}
            error={failure?.forField("code")}
          />
          <Field label="Name" help="By which you know it again." error={failure?.forField("name")}>
            {(f) => <Input {...f} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
          </Field>
          {failure && field !== "code" && field !== "name" && <Failed what="It was not kept." error={failure} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" busy={keep.isPending} disabled={!code.trim() || !name.trim()}>
              Keep it
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
