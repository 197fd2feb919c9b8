import { useMutation, useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { useNow } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useSession } from "../session/session.ts";
import { type SSO, whyNot } from "./draft.ts";
import { keepSSO } from "./keepSSO.ts";
import { TestResult } from "./TestResult.tsx";

/** The gate: the draft is in force only after a real sign-in with it. */
export function TestAndSave({ sso }: { sso: SSO }) {
  const { account } = useSession();
  const now = useNow();
  const [user, setUser] = useState(account.email);
  const [override, setOverride] = useState(false);
  const tests = useQuery({
    ...read("/api/v1/sso/tests", {}),
    // One that goes on ends in another window.
    refetchInterval: (q) => (q.state.data?.[0] && !q.state.data[0].ended ? 1_500 : false),
  });
  const last = tests.data?.[0];
  const begin = useMutation({
    mutationFn: () => {
      // The window is opened while the press lasts; browsers refuse it later.
      const win = window.open("about:blank", "sallyport-test", "popup,width=560,height=720");
      return call("post", "/api/v1/sso/tests", { body: { user: user.trim() } }).then(
        (t) => {
          if (win && t.url) win.location.href = t.url;
          return t;
        },
        (error) => {
          win?.close();
          throw error;
        },
      );
    },
    onSuccess: () => void stale("/api/v1/sso/tests"),
  });
  const save = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/sso/save", { body: { draftHash: sso.draftHash, ...(override && { override }) } }),
    onSuccess: (got) => {
      keepSSO(got);
      setOverride(false);
      toast({
        title: "Single sign-on is in force",
        detail: "Passwords open the organization to exempt members alone.",
      });
    },
  });
  const stops = sso.problems.filter((p) => p.stops);
  const others = sso.problems.filter((p) => !p.stops);
  const why = whyNot(last, now);
  const waits = last && !last.ended;
  return (
    <Section title="Test and save" className="xl:sticky xl:top-4">
      <Panel className="flex flex-col gap-4 p-4">
        {!sso.draft.identityProvider ? (
          <p className="text-muted">Give the draft Okta's metadata first, and keep it. Then it can be tested.</p>
        ) : (
          <form
            className="flex flex-col gap-3"
            onSubmit={(e) => {
              e.preventDefault();
              begin.mutate();
            }}
          >
            <Field
              label="User name to test"
              help="A real sign-in at Okta, in a new window. Nobody is signed in by it here."
            >
              {(f) => <Input {...f} value={user} autoComplete="off" onChange={(e) => setUser(e.target.value)} />}
            </Field>
            <Button
              type="submit"
              look={why ? "primary" : "plain"}
              icon={<ExternalLink size={15} />}
              busy={begin.isPending}
              disabled={!user.trim()}
              className="self-start"
            >
              Test the draft
            </Button>
            {begin.isError && <Failed what="The test was not begun." error={begin.error} />}
          </form>
        )}
        {waits && last.mine && (
          <Note title="Waiting for Okta">
            Sign in in the other window. No window?{" "}
            <a href={last.url} target="_blank" rel="noreferrer" className="text-accent underline">
              Open it here
            </a>
            .
          </Note>
        )}
        {last?.ended && <TestResult test={last} />}
        {tests.isError && <Failed what="The tests could not be read." error={tests.error} />}
        <div className="flex flex-col gap-3 border-t pt-4">
          {stops.length > 0 && (
            <Note tone="warn" title="Before it can be in force">
              <ul className="list-disc pl-4">
                {stops.map((p) => (
                  <li key={p.code + p.text}>{p.text}</li>
                ))}
              </ul>
            </Note>
          )}
          {others.map((p) => (
            <Note key={p.code + p.text} tone="warn">
              {p.text}
            </Note>
          ))}
          {stops.length === 0 && why && <p className="text-sm text-muted">{why}</p>}
          <Button
            look="primary"
            busy={save.isPending}
            disabled={stops.length > 0 || (why !== undefined && !override)}
            onClick={() => save.mutate()}
            className="self-start"
          >
            {sso.enabled ? "Put the draft in force" : "Enable single sign-on"}
          </Button>
          {stops.length === 0 && why && (
            <label className="flex items-start gap-2 text-sm text-muted">
              <input
                type="checkbox"
                className="mt-0.5 accent-(--c-accent-fill)"
                checked={override}
                onChange={(e) => setOverride(e.target.checked)}
              />
              Without a test. I am exempt and come in whatever happens; the audit log tells of it.
            </label>
          )}
          {save.isError && <Failed what="It is not in force." error={save.error} />}
        </div>
      </Panel>
    </Section>
  );
}
