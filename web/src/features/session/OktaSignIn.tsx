import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Building2, ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { useTitle } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Frame } from "./Frame.tsx";

type Wanted = { user?: string; organization?: string };
type Organization = components["schemas"]["Organization"];

/**
 * Leads to the Okta of somebody's organization: at once where this browser has been
 * there, else by their user name, and the first time by the organization.
 */
export function OktaSignIn() {
  useTitle("Sign in with Okta");
  const { next, organization, user, other } = useSearch({ from: "/sso" });
  const [asking, setAsking] = useState<"user" | "organization">("user");
  const [typed, setTyped] = useState<Wanted>({ user, organization });
  const [choices, setChoices] = useState<Organization[]>();
  const [going, setGoing] = useState(false);
  const start = useMutation({
    mutationFn: (w: Wanted) => call("post", "/api/v1/sso/start", { body: { ...w, returnTo: next } }),
    onSuccess: (where, w) => {
      if (where.next === "go" && where.url) {
        setGoing(true);
        location.assign(where.url);
      } else if (where.next === "choose") setChoices(where.organizations);
      else if (w.user || w.organization) setAsking("organization");
    },
  });
  const { mutate } = start;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || other) return;
    begun.current = true;
    mutate({ user, organization });
  }, [mutate, user, organization, other]);
  const failure = start.error instanceof Failure ? start.error : undefined;
  // The first look is at what the browser remembers; only then somebody is asked.
  const looking = !other && !start.isError && (start.isIdle || (start.isPending && !start.variables?.user));
  if (going || (looking && !choices))
    return (
      <Frame title="One moment" intro={going ? "Okta is asked who you are." : undefined}>
        <SkeletonLines lines={3} />
      </Frame>
    );
  if (choices)
    return (
      <Frame title="Which organization?" intro="You have signed in to these from this browser.">
        <Choices of={choices} onChoose={(o) => mutate({ user: typed.user, organization: o.slug })} />
        <p className="mt-4 text-sm">
          <button
            type="button"
            className="text-accent hover:underline"
            onClick={() => {
              setChoices(undefined);
              setAsking("organization");
            }}
          >
            Another one
          </button>
        </p>
      </Frame>
    );
  const unknown = asking === "organization" && Boolean(start.variables?.organization) && start.isSuccess;
  return (
    <Frame
      title="Sign in with Okta"
      intro={asking === "user" ? "Your organization's Okta says who you are." : "Which organization do you belong to?"}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          mutate(asking === "user" ? { user: typed.user?.trim() } : trimmed(typed));
        }}
      >
        {failure && (
          <Note tone="bad" title="That did not work">
            {failure.message}
          </Note>
        )}
        {unknown && (
          <Note tone="warn" title="Nothing to go to by that name">
            Write the organization as it is called in Sallyport, or in its addresses. It may also have no single
            sign-on: then you sign in with a password.
          </Note>
        )}
        <Asked asking={asking} typed={typed} onChange={setTyped} />
        <Button
          type="submit"
          look="primary"
          busy={start.isPending}
          disabled={asking === "user" ? !typed.user?.trim() : !typed.organization?.trim()}
        >
          Go on to Okta
        </Button>
      </form>
      <p className="mt-6 text-sm">
        <Link to="/sign-in" search={{ next }} className="text-accent hover:underline">
          Sign in with a password
        </Link>
      </p>
    </Frame>
  );
}

function trimmed(w: Wanted): Wanted {
  return { user: w.user?.trim() || undefined, organization: w.organization?.trim() };
}

type AskedProps = { asking: "user" | "organization"; typed: Wanted; onChange: (w: Wanted) => void };

function Asked({ asking, typed, onChange }: AskedProps) {
  if (asking === "user")
    return (
      <Field label="User name" help="As a rule your e-mail address at work.">
        {(f) => (
          <Input
            {...f}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            value={typed.user ?? ""}
            onChange={(e) => onChange({ ...typed, user: e.target.value })}
          />
        )}
      </Field>
    );
  return (
    <Field label="Organization" help="Its name. This browser remembers it once you are signed in.">
      {(f) => (
        <Input
          {...f}
          name="organization"
          autoComplete="organization"
          autoFocus
          value={typed.organization ?? ""}
          onChange={(e) => onChange({ ...typed, organization: e.target.value })}
        />
      )}
    </Field>
  );
}

function Choices({ of, onChoose }: { of: Organization[]; onChoose: (o: Organization) => void }) {
  return (
    <ul className="divide-y rounded-lg border bg-surface">
      {of.map((o) => (
        <li key={o.id}>
          <button
            type="button"
            onClick={() => onChoose(o)}
            className="flex min-h-11 w-full items-center gap-3 px-3 py-2 text-left hover:bg-hover"
          >
            <Building2 size={16} aria-hidden className="shrink-0 text-muted" />
            <span className="min-w-0 flex-1 truncate font-medium">{o.name}</span>
            <ChevronRight size={15} aria-hidden className="text-faint" />
          </button>
        </li>
      ))}
    </ul>
  );
}
