import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleOff, Download, RotateCw } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel, Section, Split } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { State } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { Draft } from "./Draft.tsx";
import type { SSO } from "./draft.ts";
import { IdentityProvider } from "./IdentityProvider.tsx";
import { keepSSO } from "./keepSSO.ts";
import { TestAndSave } from "./TestAndSave.tsx";
import { Values } from "./Values.tsx";

/** Single sign-on: what Okta is told, what is in force, the draft, and the gate between them. */
export function SignOn() {
  const sso = useQuery({ ...read("/api/v1/sso", {}), refetchOnWindowFocus: false });
  const may = useCan("sso:write");
  if (sso.isError)
    return (
      <Failed
        what="Single sign-on could not be read."
        error={sso.error}
        onRetry={() => void sso.refetch()}
        retrying={sso.isRefetching}
      />
    );
  if (!sso.data) return <SkeletonLines lines={10} />;
  return (
    <Split aside={may ? <TestAndSave sso={sso.data} /> : null}>
      <InForce sso={sso.data} may={may} />
      <Section
        title="For Okta"
        aside={
          <a href={sso.data.serviceProvider.metadataUrl} download className={buttonClass("plain", "sm")}>
            <Download size={14} aria-hidden /> Metadata
          </a>
        }
      >
        <Values
          items={[
            { name: "Single sign-on URL", value: sso.data.serviceProvider.acsUrl },
            { name: "Audience URI (SP Entity ID)", value: sso.data.serviceProvider.entityId },
            { name: "Single Logout URL", value: sso.data.serviceProvider.logoutUrl, note: "Optional." },
            {
              name: "Universal Logout",
              value: sso.data.serviceProvider.revocationUrl,
              note: "Optional: Okta's endpoint of global token revocation.",
            },
            {
              name: "Start a sign-in",
              value: sso.data.serviceProvider.startUrl,
              note: "For bookmarks and portals.",
            },
          ]}
        />
      </Section>
      <Draft key={sso.data.draftHash} sso={sso.data} may={may} />
    </Split>
  );
}

function InForce({ sso, may }: { sso: SSO; may: boolean }) {
  const [asked, setAsked] = useState(false);
  const refresh = useMutation({
    mutationFn: () => call("post", "/api/v1/sso/refresh", {}),
    onSuccess: (got) => {
      keepSSO(got);
      if (!got.refresh?.error) toast({ title: "The metadata is as Okta has it now" });
    },
    onError: (e) => toast({ tone: "bad", title: "The metadata was not fetched", detail: e.message }),
  });
  const off = useMutation({
    mutationFn: () => call("post", "/api/v1/sso/disable", {}),
    onSuccess: () => {
      setAsked(false);
      void stale("/api/v1/sso");
      toast({ title: "Single sign-on is switched off", detail: "Passwords open the organization again." });
    },
  });
  return (
    <Section
      title="In force"
      aside={
        sso.enabled && may ? (
          <Button size="sm" onClick={() => setAsked(true)}>
            Switch off
          </Button>
        ) : undefined
      }
    >
      <Panel className="flex flex-col gap-3 p-4">
        <div>
          {sso.enabled ? (
            <State icon={CircleCheck} label="Enabled" strong />
          ) : (
            <State icon={CircleOff} tone="quiet" label="Not enabled" strong />
          )}
          <p className="mt-1 text-sm text-muted">
            {sso.enabled
              ? "Members come in through Okta, with the roles that their groups give. A password opens the organization to exempt members alone."
              : sso.live
                ? "It was switched off. Members sign in with a password."
                : "Members sign in with a password. Fill in the draft below, test it, and put it in force."}
            {sso.updatedAt && (
              <>
                {" "}
                Last saved <Time at={sso.updatedAt} />.
              </>
            )}
          </p>
        </div>
        {sso.warnings.map((w) => (
          <Note key={w.text} tone="warn" title={w.code === "refresh" ? "The metadata was not fetched" : undefined}>
            {w.text}
          </Note>
        ))}
        {sso.live?.identityProvider && <IdentityProvider idp={sso.live.identityProvider} />}
        {sso.refresh && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
            <span className="min-w-0 flex-1 basis-60">
              The metadata is fetched every hour
              {sso.refresh.triedAt && (
                <>
                  , last <Time at={sso.refresh.triedAt} />
                </>
              )}
              .
            </span>
            {may && (
              <Button size="sm" icon={<RotateCw size={14} />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
                Fetch it now
              </Button>
            )}
          </div>
        )}
      </Panel>
      <Dialog
        open={asked}
        onClose={() => setAsked(false)}
        title="Switch single sign-on off"
        footer={
          <>
            <Button onClick={() => setAsked(false)}>Leave it on</Button>
            <Button look="primary" busy={off.isPending} onClick={() => off.mutate()}>
              Switch it off
            </Button>
          </>
        }
      >
        <ul className="list-disc space-y-1 pl-5">
          <li>Passwords open the organization again, for everybody who has one.</li>
          <li>Sessions that Okta opened end at once.</li>
          <li>Roles given by hand count again; those of Okta's groups do not.</li>
          <li>Members whom Okta made have no password. They can have one sent by “Forgotten?” on the sign-in page.</li>
        </ul>
        {off.isError && (
          <div className="mt-4">
            <Failed what="It was not switched off." error={off.error} />
          </div>
        )}
      </Dialog>
    </Section>
  );
}
