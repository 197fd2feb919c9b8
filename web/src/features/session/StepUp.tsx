import { useMutation, useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { queryClient, read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { OktaWindow } from "./OktaWindow.tsx";
import { askPasskey, browserHasPasskeys } from "./passkey.ts";
import { StepRefused } from "./StepRefused.tsx";
import { useSession } from "./session.ts";
import { answerProof, useProofAsked } from "./stepUp.ts";

const proofQuery = read("/api/v1/session/proof", {});

/** The question that what matters waits for: prove again who you are. */
export function StepUp() {
  const asked = useProofAsked();
  return (
    <Dialog
      open={asked}
      onClose={() => answerProof(false)}
      title="Prove that it is you"
      intro="What you are about to do wants a proof that is some minutes old at most. It goes on by itself after it."
    >
      {asked && <Proof />}
    </Dialog>
  );
}

function Proof() {
  const proof = useQuery({ ...proofQuery, staleTime: 0 });
  const { account } = useSession();
  const done = () => {
    void queryClient.invalidateQueries({ queryKey: ["/api/v1/session/proof"] });
    answerProof(true);
  };
  if (proof.isError)
    return (
      <Failed
        what="How you can prove who you are could not be read."
        error={proof.error}
        onRetry={() => void proof.refetch()}
        retrying={proof.isRefetching}
      />
    );
  if (!proof.data) return <SkeletonLines lines={3} />;
  if (proof.data.methods.includes("saml")) return <ByOkta onDone={done} />;
  return <ByHand email={account.email} methods={proof.data.methods} onDone={done} />;
}

type ByHandProps = { email: string; methods: string[]; onDone: () => void };

/** By a password, with a code where there is one, or by a passkey. */
function ByHand({ email, methods, onDone }: ByHandProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const passkeys = methods.includes("passkey") && browserHasPasskeys();
  const recovery = !methods.includes("totp");
  const wantsCode = methods.includes("totp") || methods.includes("recovery");
  const give = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/session/proof", { body: { password, code: wantsCode ? code.trim() : undefined } }),
    onSuccess: onDone,
  });
  const passkey = useMutation({
    mutationFn: async () => {
      const ask = await call("post", "/api/v1/session/proof/passkey", {});
      const credential = await askPasskey(ask.options);
      return call("post", "/api/v1/session/proof", { body: { token: ask.token, credential } });
    },
    onSuccess: onDone,
  });
  const failure = give.error instanceof Failure ? give.error : undefined;
  const field = failure?.detail?.field;
  const named = field === "password" || field === "code";
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        passkey.reset();
        give.mutate();
      }}
    >
      <StepRefused error={named ? undefined : (give.error ?? passkey.error)} />
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field label="Password" error={failure?.forField("password")}>
        {(f) => (
          <Input
            {...f}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      {wantsCode && (
        <Field
          label={recovery ? "Recovery code" : "Code of the authenticator app"}
          help={recovery ? undefined : "Or a recovery code."}
          error={failure?.forField("code")}
        >
          {(f) => (
            <Input
              {...f}
              autoComplete="one-time-code"
              spellCheck={false}
              className="font-mono"
              value={code}
              onChange={(e) => setCode(e.target.value)}
            />
          )}
        </Field>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => answerProof(false)}>Leave it</Button>
        {passkeys && (
          <Button
            icon={<Fingerprint size={15} />}
            busy={passkey.isPending}
            onClick={() => {
              give.reset();
              passkey.mutate();
            }}
          >
            Use a passkey
          </Button>
        )}
        <Button type="submit" look="primary" busy={give.isPending} disabled={!password || (wantsCode && !code.trim())}>
          Go on
        </Button>
      </div>
    </form>
  );
}

/** By a sign-in at the organization's Okta, in a window of its own. */
function ByOkta({ onDone }: { onDone: () => void }) {
  const { organization } = useSession();
  const look = async () => {
    const proof = await queryClient.fetchQuery({ ...proofQuery, staleTime: 0 }).catch(() => undefined);
    if (proof && new Date(proof.freshUntil).getTime() > Date.now()) onDone();
  };
  return (
    <OktaWindow
      to={`/sso/start/${encodeURIComponent(organization.slug)}?purpose=proof&return_to=/proved`}
      name="sallyport-proof"
      look={look}
      leave="Leave it"
      onLeave={() => answerProof(false)}
    >
      You came in through the Okta of {organization.name}. Sign in there once more, in a new window; this page waits and
      goes on.
    </OktaWindow>
  );
}
