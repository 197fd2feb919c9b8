import { useMutation } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { CodeField } from "./CodeField.tsx";
import { EnrolStep } from "./EnrolStep.tsx";
import { askPasskey, browserHasPasskeys } from "./passkey.ts";
import { StepRefused } from "./StepRefused.tsx";

type Second = components["schemas"]["SecondFactor"];
type Props = { second: Second; onDone: () => void; onBack: () => void };

/** What comes after a password that does not do alone. */
export function SecondStep(props: Props) {
  if (props.second.methods.length === 0) return <EnrolStep {...props} />;
  return <Prove {...props} />;
}

function Prove({ second, onDone, onBack }: Props) {
  const has = (m: Second["methods"][number]) => second.methods.includes(m);
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(!has("totp") && !has("passkey"));
  const give = useMutation({
    mutationFn: () => call("post", "/api/v1/session/second", { body: { token: second.token, code: code.trim() } }),
    onSuccess: onDone,
  });
  const passkey = useMutation({
    mutationFn: async () => {
      const ask = await call("post", "/api/v1/session/second/passkey", { body: { token: second.token } });
      const credential = await askPasskey(ask.options);
      return call("post", "/api/v1/session/second", { body: { token: second.token, credential } });
    },
    onSuccess: onDone,
  });
  const error = give.error ?? passkey.error;
  const byCode = has("totp") || (has("recovery") && recovery);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        passkey.reset();
        give.mutate();
      }}
    >
      <div>
        <h2 className="text-base font-medium">One more step</h2>
        <p className="text-sm text-muted">
          {recovery
            ? "One of the recovery codes that you kept. Each holds once."
            : has("totp")
              ? "The code that your authenticator app shows now."
              : "Your passkey or security key."}
        </p>
      </div>
      <StepRefused error={error} />
      {byCode && (
        <CodeField
          key={recovery ? "recovery" : "totp"}
          label={recovery ? "Recovery code" : "Code"}
          recovery={recovery}
          value={code}
          onChange={setCode}
        />
      )}
      {byCode && (
        <Button type="submit" look="primary" busy={give.isPending} disabled={!code.trim()}>
          Go on
        </Button>
      )}
      {has("passkey") && browserHasPasskeys() && (
        <Button
          look={byCode ? "plain" : "primary"}
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
      <div className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm">
        <button type="button" className="text-accent hover:underline" onClick={onBack}>
          Back
        </button>
        {has("recovery") && (has("totp") || has("passkey")) && (
          <button
            type="button"
            className="text-accent hover:underline"
            onClick={() => {
              setRecovery(!recovery);
              setCode("");
              give.reset();
            }}
          >
            {recovery ? "Another way" : "Use a recovery code"}
          </button>
        )}
      </div>
    </form>
  );
}
