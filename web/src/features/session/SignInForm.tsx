import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { askPasskey, browserHasPasskeys, passkeyProblem } from "./passkey.ts";
import { SecondStep } from "./SecondStep.tsx";

type Second = components["schemas"]["SecondFactor"];

type Props = {
  /** Who signs in again, if that is known. */
  email?: string;
  /** An address that is filled in, and can be changed. */
  typed?: string;
  /** Slug of the organization that is entered. */
  organization?: string;
  /** Told when the password was right and one more step comes, and when it is left again. */
  onStep?: (second: boolean) => void;
  onDone: () => void;
};

/** Signs in by e-mail address and password, with a second factor where one is wanted, or by a passkey. */
export function SignInForm({ email: known, typed, organization, onStep, onDone }: Props) {
  const [email, setEmail] = useState(known ?? typed ?? "");
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Second>();
  const offers = useQuery(read("/api/v1/signin", {}));
  const signIn = useMutation({
    mutationFn: () => call("post", "/api/v1/session", { body: { email: email.trim(), password, organization } }),
    onSuccess: onDone,
    onError: (e) => {
      const next = e instanceof Failure ? e.detail?.secondFactor : undefined;
      setSecond(next);
      if (next) onStep?.(true);
    },
  });
  const passkey = useMutation({
    mutationFn: async () => {
      const ask = await call("post", "/api/v1/session/passkey/challenge", {});
      const credential = await askPasskey(ask.options);
      return call("post", "/api/v1/session/passkey", { body: { token: ask.token, credential, organization } });
    },
    onSuccess: onDone,
  });
  if (second)
    return (
      <SecondStep
        second={second}
        onDone={onDone}
        onBack={() => {
          setSecond(undefined);
          onStep?.(false);
          setPassword("");
          signIn.reset();
        }}
      />
    );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        passkey.reset();
        signIn.mutate();
      }}
    >
      <Refused error={signIn.error ?? passkey.error} />
      <Field label="E-mail address">
        {(f) => (
          <Input
            {...f}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus={!known && !typed}
            readOnly={!!known}
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        )}
      </Field>
      <Field label="Password" aside={offers.data?.passwordReset && <Forgotten email={email} />}>
        {(f) => (
          <Input
            {...f}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            autoFocus={!!known || !!typed}
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" busy={signIn.isPending} disabled={!email || !password}>
        Sign in
      </Button>
      {offers.data?.passkeys && browserHasPasskeys() && (
        <Button
          icon={<Fingerprint size={15} />}
          busy={passkey.isPending}
          onClick={() => {
            signIn.reset();
            passkey.mutate();
          }}
        >
          Sign in with a passkey
        </Button>
      )}
    </form>
  );
}

function Forgotten({ email }: { email: string }) {
  return (
    <Link
      to="/forgotten"
      search={{ email: email.trim() || undefined }}
      className="text-accent hover:underline"
      tabIndex={0}
    >
      Forgotten?
    </Link>
  );
}

/** Why somebody was not let in, and what they do about it. */
function Refused({ error }: { error: unknown }) {
  if (!error) return null;
  if (!(error instanceof Failure))
    return (
      <Note tone="bad" title="The passkey was not used">
        {passkeyProblem(error)}
      </Note>
    );
  if (error.kind === "second_factor") return null;
  const refused = error.kind === "unauthenticated" || error.kind === "denied";
  return (
    <Note tone="bad" title={refused ? "Not signed in" : "Signing in did not work"}>
      <p>{error.message}</p>
      {error.kind === "unauthenticated" && (
        <p className="mt-1">
          If your organization signs people in through Okta, use{" "}
          <em className="not-italic font-medium">Sign in with Okta</em>: a password opens nothing there.
        </p>
      )}
      {error.wait !== undefined && error.wait > 5 && (
        <p className="mt-1">It takes the next try in {error.wait} seconds.</p>
      )}
    </Note>
  );
}
