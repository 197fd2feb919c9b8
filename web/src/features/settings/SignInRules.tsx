import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { keyOf, queryClient, read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { rulesBody, spanProblem, type TypedRules, typedRules } from "./signInRules.ts";

/** How the organization's people sign in, and for how long. */
export function SignInRules() {
  const rules = useQuery({ ...read("/api/v1/signin-policy", {}), refetchOnWindowFocus: false });
  return (
    <Page narrow>
      <PageHeader
        title="Sign-in and sessions"
        above={<Above />}
        lead="It holds from the next request on, for sessions that are open, too."
      />
      {rules.isError && (
        <Failed
          what="How people sign in could not be read."
          error={rules.error}
          onRetry={() => void rules.refetch()}
          retrying={rules.isRefetching}
        />
      )}
      {rules.isLoading && <SkeletonLines lines={8} />}
      {rules.data && <Form rules={rules.data} />}
    </Page>
  );
}

function Form({ rules }: { rules: components["schemas"]["SignInPolicy"] }) {
  const can = useCan("signin:write");
  const usual = typedRules(rules);
  const [typed, setTyped] = useState(usual);
  const set = (part: Partial<TypedRules>) => setTyped({ ...typed, ...part });
  const save = useMutation({
    mutationFn: () => call("put", "/api/v1/signin-policy", { body: rulesBody(typed) }),
    onSuccess: (after) => {
      queryClient.setQueryData(keyOf("/api/v1/signin-policy", {}), after);
      setTyped(typedRules(after));
      toast({ title: "How people sign in is changed" });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const changed = JSON.stringify(typed) !== JSON.stringify(usual);
  const spans = [
    {
      id: "idle" as const,
      label: "Minutes without a request",
      help: `After them a session ends. Nothing: the server's ${rules.mostIdle / 60}.`,
      error: spanProblem(typed.idle, 60, rules.mostIdle, "minutes"),
    },
    {
      id: "absolute" as const,
      label: "Hours after sign-in",
      help: `After them a session ends in any case. Nothing: the server's ${rules.mostAbsolute / 3600}.`,
      error: spanProblem(typed.absolute, 3600, rules.mostAbsolute, "hours"),
    },
    {
      id: "tokens" as const,
      label: "Days that an API token lives at most",
      help: "Nothing: tokens may have no end.",
      error: spanProblem(typed.tokens, 86_400, 0, "days"),
    },
  ];
  const wrong = spans.some((s) => s.error);
  const named: Record<string, string> = { idle: "idle", absolute: "absolute", tokens: "tokenLife" };
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(e) => {
        e.preventDefault();
        if (can && changed && !wrong) save.mutate();
      }}
    >
      <div className="grid gap-5 sm:grid-cols-3">
        {spans.map((s) => (
          <Field key={s.id} label={s.label} help={s.help} error={s.error ?? failure?.forField(named[s.id] ?? "")}>
            {(f) => (
              <Input
                {...f}
                inputMode="decimal"
                placeholder="Nothing said"
                disabled={!can}
                value={typed[s.id]}
                onChange={(e) => set({ [s.id]: e.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div>
        <Checkbox
          shown
          checked={typed.secondFactor}
          disabled={!can}
          onChange={(secondFactor) => set({ secondFactor })}
          label="Whoever signs in with a password gives a second factor"
        />
        <p className="pl-6 text-sm text-muted">
          Who has none sets up an authenticator app at the next sign-in. Who comes through Okta gives it there.
        </p>
      </div>
      {!can && <p className="text-sm text-muted">Only who may change how people sign in may change this.</p>}
      {failure && !Object.values(named).includes(failure.detail?.field ?? "") && (
        <Failed what="It was not changed." error={failure} />
      )}
      {changed && can && (
        <div className="flex gap-2">
          <Button type="submit" look="primary" busy={save.isPending} disabled={wrong}>
            Save
          </Button>
          <Button onClick={() => setTyped(usual)}>Take back</Button>
        </div>
      )}
    </form>
  );
}
