import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { keyOf, queryClient, read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { FlowCeilings } from "./FlowCeilings.tsx";
import { ListEditor } from "./ListEditor.tsx";
import { ceilingProblem, changesOf } from "./policy.ts";

type Policy = components["schemas"]["GuardPolicy"];

/** What flows may do to tenants. */
export function GuardPolicyPage() {
  const policy = useQuery({ ...read("/api/v1/guard/policy", {}), refetchOnWindowFocus: false });
  return (
    <Page narrow>
      <PageHeader
        title="Guard policy"
        above={<Above />}
        lead="Every change that a flow wants to make passes the guard. What it refuses is not sent, and is written to the ledger with the reason."
      />
      {policy.isError && (
        <Failed
          what="The policy could not be read."
          error={policy.error}
          onRetry={() => void policy.refetch()}
          retrying={policy.isRefetching}
        />
      )}
      {policy.isLoading && <SkeletonLines lines={8} />}
      {policy.data && <Editor policy={policy.data} />}
    </Page>
  );
}

function Editor({ policy }: { policy: Policy }) {
  const can = useCan("guard:write");
  const [next, setNext] = useState(policy);
  const [ceiling, setCeiling] = useState(String(policy.ceiling));
  const set = (part: Partial<Policy>) => setNext({ ...next, ...part });
  const problem = ceilingProblem(ceiling);
  const whole = { ...next, ceiling: problem ? next.ceiling : Number(ceiling) };
  const changes = changesOf(policy, whole);
  const save = useMutation({
    mutationFn: () => call("put", "/api/v1/guard/policy", { body: whole }),
    onSuccess: (after) => {
      queryClient.setQueryData(keyOf("/api/v1/guard/policy", {}), after);
      setNext(after);
      toast({ title: "The policy is changed", detail: "It holds for the next action, of runs under way too." });
    },
  });
  return (
    <div className="flex flex-col gap-8 pb-24">
      <Section title="Dry run">
        <div className="flex items-start gap-3 rounded-lg border bg-surface p-4">
          <Switch
            on={next.dryRun}
            onChange={(dryRun) => set({ dryRun })}
            label="Dry run for everything"
            disabled={!can}
          />
          <div>
            <div className="font-medium">Dry run for everything</div>
            <p className="text-sm text-muted">
              Flows run, but nothing is changed and nobody is told: each run shows what it would do. Good for the first
              days.
            </p>
          </div>
        </div>
      </Section>
      <Section title="Protected people">
        <ListEditor
          label="Protected people"
          help="Break-glass accounts and whoever must never be locked out. An e-mail address, a login, or an Okta user id."
          placeholder="break.glass@example.com"
          items={next.protectedUsers}
          disabled={!can}
          onChange={(protectedUsers) => set({ protectedUsers })}
        />
        {next.protectedUsers.length === 0 && next.protectedGroups.length === 0 && (
          <div className="mt-2">
            <Note tone="warn">
              Nobody is protected: a flow could suspend every account, yours too. Name at least one break-glass account.
            </Note>
          </div>
        )}
      </Section>
      <Section title="Protected groups">
        <ListEditor
          label="Protected groups"
          help="No flow changes them, nor anybody who is in them. A name, or an Okta group id."
          placeholder="Break-glass administrators"
          items={next.protectedGroups}
          disabled={!can}
          onChange={(protectedGroups) => set({ protectedGroups })}
        />
      </Section>
      <Section title="Ceilings">
        <div className="flex flex-col gap-4">
          <Field
            label="The most changes that one flow makes in an hour"
            error={problem}
            help="What goes beyond is refused. It bounds the harm of a flow that runs wild."
            className="max-w-sm"
          >
            {(f) => (
              <Input
                {...f}
                inputMode="numeric"
                disabled={!can}
                value={ceiling}
                onChange={(e) => setCeiling(e.target.value)}
              />
            )}
          </Field>
          <FlowCeilings
            ceilings={next.flowCeilings}
            disabled={!can}
            onChange={(flowCeilings) => set({ flowCeilings })}
          />
        </div>
      </Section>
      {save.isError && <Failed what="The policy was not changed." error={save.error} />}
      {changes.length > 0 && can && (
        <div className="fixed inset-x-0 bottom-0 z-20 border-t bg-raised shadow-pop max-sm:bottom-14">
          <div className="mx-auto flex max-w-3xl items-center gap-4 px-6 py-3 max-sm:px-4">
            <div className="min-w-0 flex-1">
              <div className="font-medium">Not saved yet</div>
              <ul className="text-sm text-muted">
                {changes.map((c) => (
                  <li key={c}>{c}</li>
                ))}
              </ul>
            </div>
            <Button
              onClick={() => {
                setNext(policy);
                setCeiling(String(policy.ceiling));
              }}
            >
              Take back
            </Button>
            <Button look="primary" busy={save.isPending} disabled={problem !== undefined} onClick={() => save.mutate()}>
              Save
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
