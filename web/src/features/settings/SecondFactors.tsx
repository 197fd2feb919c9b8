import { useMutation } from "@tanstack/react-query";
import { Fingerprint, Smartphone } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { count } from "../../kit/time.ts";
import { browserHasPasskeys } from "../session/passkey.ts";
import { RecoveryCodes } from "../session/RecoveryCodes.tsx";
import { NewApp } from "./NewApp.tsx";
import { NewPasskey } from "./NewPasskey.tsx";

type Factors = components["schemas"]["Factors"];
type Factor = Factors["factors"][number];

/** The viewer's second factors: an app, passkeys, and the codes that stand in for them. */
export function SecondFactors({ data }: { data: Factors }) {
  const [making, setMaking] = useState<"app" | "passkey">();
  const [codes, setCodes] = useState<string[]>();
  const remove = useMutation({
    mutationFn: (f: Factor) => call("delete", "/api/v1/session/factors/{factor}", { path: { factor: f.id } }),
    onSettled: () => void stale("/api/v1/session/factors"),
    onSuccess: (_, f) => toast({ title: `${f.name} is removed` }),
    onError: (e) => toast({ tone: "bad", title: "It was not removed", detail: e.message }),
  });
  const renew = useMutation({
    mutationFn: () => call("post", "/api/v1/session/recovery-codes", {}),
    onSettled: () => void stale("/api/v1/session/factors"),
    onSuccess: (r) => setCodes(r.codes),
    onError: (e) => toast({ tone: "bad", title: "No new codes were made", detail: e.message }),
  });
  const kept = (got?: string[]) => {
    setMaking(undefined);
    void stale("/api/v1/session/factors");
    if (got?.length) setCodes(got);
    else toast({ title: "The second factor is kept" });
  };
  const none = data.factors.length === 0;
  return (
    <div className="flex flex-col gap-3">
      {none && (
        <Note
          tone={data.wanted ? "warn" : "info"}
          title={data.wanted ? "Your organization wants a second factor" : "Your password does alone"}
        >
          With an authenticator app or a passkey beside it, who knows your password is still not in.
        </Note>
      )}
      {!none && (
        <ul className="divide-y rounded-lg border bg-surface" aria-label="Second factors">
          {data.factors.map((f) => (
            <li key={f.id} className="flex items-center gap-3 px-3.5 py-2.5">
              {f.kind === "passkey" ? (
                <Fingerprint size={17} aria-hidden className="shrink-0 text-muted" />
              ) : (
                <Smartphone size={17} aria-hidden className="shrink-0 text-muted" />
              )}
              <div className="min-w-0 flex-1">
                <div className="truncate font-medium">{f.name}</div>
                <div className="text-sm text-muted">
                  {f.kind === "passkey" ? "Passkey" : "Authenticator app"}, set up <Time at={f.createdAt} />
                  {f.seenAt ? (
                    <>
                      , used <Time at={f.seenAt} />
                    </>
                  ) : (
                    ", not used yet"
                  )}
                </div>
              </div>
              <Button
                size="sm"
                busy={remove.isPending && remove.variables.id === f.id}
                aria-label={`Remove ${f.name}`}
                onClick={() => remove.mutate(f)}
              >
                Remove
              </Button>
            </li>
          ))}
          <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5">
            <span className="min-w-0 flex-1 basis-48 text-sm text-muted">
              {data.recoveryCodes === 0
                ? "No recovery code is left."
                : `${count(data.recoveryCodes)} recovery ${data.recoveryCodes === 1 ? "code is" : "codes are"} left.`}
            </span>
            <Button size="sm" look="quiet" busy={renew.isPending} onClick={() => renew.mutate()}>
              Make new codes
            </Button>
          </li>
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button icon={<Smartphone size={15} />} onClick={() => setMaking("app")}>
          Add an authenticator app
        </Button>
        {data.passkeys && browserHasPasskeys() && (
          <Button icon={<Fingerprint size={15} />} onClick={() => setMaking("passkey")}>
            Add a passkey
          </Button>
        )}
      </div>
      {making === "app" && <NewApp onClose={() => setMaking(undefined)} onKept={kept} />}
      {making === "passkey" && <NewPasskey onClose={() => setMaking(undefined)} onKept={kept} />}
      <Dialog open={codes !== undefined} onClose={() => setCodes(undefined)} title="Your recovery codes">
        {codes && <RecoveryCodes codes={codes} done="Done" onDone={() => setCodes(undefined)} />}
      </Dialog>
    </div>
  );
}
