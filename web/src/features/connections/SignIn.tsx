import { LogIn } from "lucide-react";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { Redirect } from "./Redirect.tsx";
import { useSignIn } from "./useSignIn.ts";

type Connection = components["schemas"]["Connection"];

/** Who signed in to a connection that acts for a person, and the way to do it. */
export function SignIn({ connection: c, redirect, can }: { connection: Connection; redirect?: string; can: boolean }) {
  const go = useSignIn();
  const who = c.signedIn;
  const wanted = !who || c.state === "failed";
  const button = can && (
    <Button
      look={wanted ? "primary" : "plain"}
      icon={<LogIn size={14} />}
      busy={go.isPending}
      onClick={() => go.mutate(c.id)}
    >
      {who || c.state === "failed" ? "Sign in again" : "Sign in"}
    </Button>
  );
  return (
    <Section title="Signed in">
      <div className="flex flex-col gap-3">
        {who ? (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p>
              {who.by.name || "Somebody who is no member any more"}, <Time at={who.at} />.{" "}
              <span className="text-muted">What flows do through it, they do as the account chosen then.</span>
            </p>
            {button}
          </div>
        ) : (
          <Note title="Nobody has signed in yet" action={button}>
            {can
              ? `You are sent to ${c.connector.name || "the other system"} to choose an account and to agree, and come back here.`
              : "Somebody who may change connections has to sign in before flows can use it."}
          </Note>
        )}
        {go.isError && <Failed what="The sign-in could not be begun." error={go.error} />}
        {redirect && can && <Redirect url={redirect} />}
      </div>
    </Section>
  );
}
