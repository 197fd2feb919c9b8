import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input, Textarea } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { toast } from "../../kit/Toast.tsx";
import { ListEditor } from "../settings/ListEditor.tsx";
import { bodyOf, type SSO, same, type Typed, typedOf } from "./draft.ts";
import { IdentityProvider } from "./IdentityProvider.tsx";
import { keepSSO } from "./keepSSO.ts";
import { RoleGroups } from "./RoleGroups.tsx";

type Part = { typed: Typed; set: (t: Partial<Typed>) => void; may: boolean; failure?: Failure };

/** What is to be in force. Nothing of it is before it was tested and saved. */
export function Draft({ sso, may }: { sso: SSO; may: boolean }) {
  const kept = typedOf(sso.draft);
  const [typed, setTyped] = useState(kept);
  const set = (part: Partial<Typed>) => setTyped((t) => ({ ...t, ...part }));
  const save = useMutation({
    mutationFn: () => call("put", "/api/v1/sso/draft", { body: bodyOf(typed) }),
    onSuccess: (got) => {
      keepSSO(got);
      setTyped(typedOf(got.draft));
      toast({ title: "The draft is kept", detail: "Test it next. Nothing of it is in force yet." });
    },
  });
  const drop = useMutation({
    mutationFn: () => call("delete", "/api/v1/sso/draft", {}),
    onSuccess: () => void stale("/api/v1/sso"),
    onError: (e) => toast({ tone: "bad", title: "The draft is still there", detail: e.message }),
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const changed = !same(typed, kept);
  const inForce = sso.enabled && sso.live && same(typedOf(sso.live), kept) && sso.live.metadata === sso.draft.metadata;
  const stored = sso.draftStored && !inForce;
  const fields = ["metadata", "metadataUrl", "groupsAttribute", "roles", "exempt"];
  const part = { typed, set, may, failure };
  return (
    <>
      <Metadata {...part} sso={sso} />
      <Section title="Roles by Okta groups">
        <div className="flex flex-col gap-3">
          <Field
            label="Group attribute"
            className="max-w-sm"
            help="The name of the Group Attribute Statement in Okta."
            error={failure?.forField("groupsAttribute")}
          >
            {(f) => (
              <Input
                {...f}
                disabled={!may}
                spellCheck={false}
                value={typed.groupsAttribute}
                onChange={(e) => set({ groupsAttribute: e.target.value })}
              />
            )}
          </Field>
          <RoleGroups
            roles={sso.draft.roles}
            groups={typed.groups}
            disabled={!may}
            onChange={(groups) => set({ groups })}
          />
          {failure?.forField("roles") && <Note tone="bad">{failure.message}</Note>}
        </div>
      </Section>
      <Exempt {...part} />
      {failure && !fields.includes(failure.detail?.field ?? "") && (
        <Failed what="The draft was not kept." error={failure} />
      )}
      {may && (
        <div className="sticky bottom-0 z-10 -mx-1 flex flex-wrap items-center gap-2 border-t bg-canvas px-1 py-3 max-sm:bottom-14">
          <Button look="primary" busy={save.isPending} disabled={!changed} onClick={() => save.mutate()}>
            Keep the draft
          </Button>
          {changed && <Button onClick={() => setTyped(kept)}>Take back</Button>}
          {!changed && stored && (
            <Button look="quiet" busy={drop.isPending} onClick={() => drop.mutate()}>
              Drop the draft
            </Button>
          )}
          <span className="text-sm text-muted">
            {changed
              ? "Not kept yet."
              : stored
                ? "The draft is kept, and not in force."
                : inForce
                  ? "As in force."
                  : sso.live
                    ? "As it was in force."
                    : ""}
          </span>
        </div>
      )}
    </>
  );
}

function Metadata({ typed, set, may, failure, sso }: Part & { sso: SSO }) {
  // What is in force says it above.
  const idp = sso.draft.metadata === sso.live?.metadata ? undefined : sso.draft.identityProvider;
  return (
    <Section title="Okta's metadata">
      <div className="flex flex-col gap-3">
        <div role="radiogroup" aria-label="How the metadata comes" className="flex flex-wrap gap-x-5 gap-y-1">
          {(["url", "xml"] as const).map((by) => (
            <label key={by} className="flex items-center gap-2">
              <input
                type="radio"
                name="metadata-by"
                className="accent-(--c-accent-fill)"
                disabled={!may}
                checked={typed.by === by}
                onChange={() => set({ by })}
              />
              {by === "url" ? "From its URL" : "As XML"}
            </label>
          ))}
        </div>
        {typed.by === "url" ? (
          <Field
            label="Metadata URL"
            help="In Okta: the application's Sign On tab, Metadata details. It is fetched again every hour, so that a new certificate arrives by itself."
            error={failure?.forField("metadataUrl") ?? failure?.forField("metadata")}
          >
            {(f) => (
              <Input
                {...f}
                type="url"
                disabled={!may}
                placeholder="https://acme.okta.com/app/…/sso/saml/metadata"
                value={typed.metadataUrl}
                onChange={(e) => set({ metadataUrl: e.target.value })}
              />
            )}
          </Field>
        ) : (
          <Field
            label="Metadata"
            help="The whole XML document. A new certificate has to be pasted here before Okta signs with it."
            error={failure?.forField("metadata")}
          >
            {(f) => (
              <Textarea
                {...f}
                rows={7}
                spellCheck={false}
                disabled={!may}
                placeholder='<?xml version="1.0"?><md:EntityDescriptor …'
                className="font-mono text-sm"
                value={typed.metadata}
                onChange={(e) => set({ metadata: e.target.value })}
              />
            )}
          </Field>
        )}
        {idp && <IdentityProvider idp={idp} />}
      </div>
    </Section>
  );
}

function Exempt({ typed, set, may, failure }: Part) {
  const admins = useQuery(read("/api/v1/members", { query: { role: "admin", limit: 200 } }));
  const none = admins.data !== undefined && !admins.data.items.some((m) => typed.exempt.includes(m.email));
  return (
    <Section title="Exempt from single sign-on">
      <div className="flex flex-col gap-3">
        <p className="text-sm text-muted">
          They may sign in with a Sallyport password although everybody else cannot: the way in when Okta is down. Keep
          it short, and yourself on it.
        </p>
        <ListEditor
          label="Exempt members"
          help="Members by their e-mail address. Several may be pasted."
          placeholder="ada@example.com"
          items={typed.exempt}
          disabled={!may}
          onChange={(exempt) => set({ exempt })}
        />
        {failure?.forField("exempt") && <Note tone="bad">{failure.message}</Note>}
        {none && (
          <Note tone="warn" title="No Full Admin is on the list">
            If Okta fails, nobody who may repair it comes in.
          </Note>
        )}
      </div>
    </Section>
  );
}
