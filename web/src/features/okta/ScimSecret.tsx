import { useMutation } from "@tanstack/react-query";
import { Eye, RotateCw } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { count } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { Rotate } from "./Rotate.tsx";

type SCIM = components["schemas"]["SCIM"];
type Secret = components["schemas"]["SCIMSecret"];

/** The secret by which Okta provisions: it is shown on demand, and rotated. */
export function ScimSecret({ scim }: { scim: SCIM }) {
  const may = useCan("scim:write");
  const [shown, setShown] = useState<string>();
  const [asked, setAsked] = useState<"rotate" | "end">();
  const reveal = useMutation({
    mutationFn: () => call("post", "/api/v1/scim/secret/reveal", {}),
    onSuccess: (s) => setShown(s.secret),
    onError: (e) => toast({ tone: "bad", title: "The secret is not shown", detail: e.message }),
  });
  const taken = scim.earlier.filter((k) => k.taken);
  return (
    <Section title="Deprovisioning authentication secret">
      <Panel className="flex flex-col gap-3 p-4">
        {!scim.secret && (
          <p className="text-muted">
            There is none, and so nobody is provisioned. Make one, and enter it in Okta on the application's
            Provisioning tab.
          </p>
        )}
        {scim.secret && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <code className="min-w-0 flex-1 basis-60 font-mono text-sm wrap-anywhere">
              {shown ?? `scim-${scim.secret.id}-${"•".repeat(12)}`}
            </code>
            {shown && <Copy text={shown} label="Copy the secret" shown />}
            {may && !shown && (
              <Button size="sm" icon={<Eye size={14} />} busy={reveal.isPending} onClick={() => reveal.mutate()}>
                Show it
              </Button>
            )}
            {may && (
              <Button size="sm" icon={<RotateCw size={14} />} onClick={() => setAsked("rotate")}>
                Rotate
              </Button>
            )}
          </div>
        )}
        {scim.secret && <Use of={scim.secret} />}
        {taken.map((k) => (
          <Note key={k.id} tone="warn" title="An earlier secret is still taken">
            Until {k.takenUntil ? <Time at={k.takenUntil} /> : "it ends"}
            {k.usedAt && (
              <>
                ; last used <Time at={k.usedAt} />
              </>
            )}
            .
          </Note>
        ))}
        {may && !scim.secret && (
          <Button look="primary" className="self-start" onClick={() => setAsked("rotate")}>
            Make a secret
          </Button>
        )}
        {may && scim.secret && (
          <Button size="sm" look="quiet" className="self-start" onClick={() => setAsked("end")}>
            End provisioning
          </Button>
        )}
      </Panel>
      {asked === "rotate" && (
        <Rotate
          first={!scim.secret}
          onClose={() => setAsked(undefined)}
          onMade={(text) => {
            setShown(text);
            setAsked(undefined);
            void stale("/api/v1/scim");
          }}
        />
      )}
      {asked === "end" && (
        <End
          onClose={() => {
            setAsked(undefined);
            setShown(undefined);
          }}
        />
      )}
    </Section>
  );
}

function Use({ of }: { of: Secret }) {
  return (
    <div className="flex flex-col gap-1 text-sm text-muted">
      <p>
        Made <Time at={of.createdAt} />.{" "}
        {of.usedAt ? (
          <>
            Last used <Time at={of.usedAt} />
            {of.usedBy && <> by {of.usedBy}</>}
            {of.usedFrom && <> from {of.usedFrom}</>}.
          </>
        ) : (
          "Not used yet."
        )}
      </p>
      {of.failures > 0 && (
        <p className="text-warn">
          {of.failures === 1 ? "One request was" : `${count(of.failures)} requests were`} refused since it was made,
          with another secret
          {of.refusedAt && (
            <>
              ; the last <Time at={of.refusedAt} />
            </>
          )}
          {of.refusedFrom && <> from {of.refusedFrom}</>}. Enter this one in Okta.
        </p>
      )}
    </div>
  );
}

function End({ onClose }: { onClose: () => void }) {
  const end = useMutation({
    mutationFn: () => call("delete", "/api/v1/scim/secret", {}),
    onSuccess: () => {
      void stale("/api/v1/scim");
      toast({ title: "Provisioning has ended", detail: "Members stay, and can be removed by hand." });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="End provisioning"
      footer={
        <>
          <Button onClick={onClose}>Go on provisioning</Button>
          <Button look="primary" busy={end.isPending} onClick={() => end.mutate()}>
            End it
          </Button>
        </>
      }
    >
      <p>
        Every secret is refused from then on: Okta makes nobody, changes nobody, and takes nobody away here. Members
        stay until they are removed by hand.
      </p>
      {end.isError && (
        <div className="mt-4">
          <Failed what="It goes on." error={end.error} />
        </div>
      )}
    </Dialog>
  );
}
