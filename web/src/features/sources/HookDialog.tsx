import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SearchBox } from "../../kit/Filters.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { Changes } from "./Changes.tsx";

type HookState = components["schemas"]["HookState"];
type Props = {
  source: components["schemas"]["Source"];
  hook: HookState;
  onKept: (h: HookState) => void;
  onClose: () => void;
};

/** Registers a hook in Okta, or changes it: which events, what will be sent to Okta, what was. */
export function HookDialog({ source, hook, onKept, onClose }: Props) {
  const [chosen, setChosen] = useState(hook.chosen);
  const [types, setTypes] = useState<ReadonlySet<string>>(() => new Set(hook.wanted));
  const [q, setQ] = useState("");
  const all = useQuery({ ...read("/api/v1/okta/hook-types", {}), staleTime: Number.POSITIVE_INFINITY });
  const body = useMemo(() => (chosen ? { types: [...types].sort() } : {}), [chosen, types]);
  const empty = chosen && types.size === 0;
  const put = (preview: boolean) =>
    call("put", "/api/v1/sources/{id}/hook", { path: { id: source.id }, body: { ...body, preview } });
  const plan = useMutation({ mutationFn: () => put(true) });
  const make = useMutation({ mutationFn: () => put(false), onSuccess: onKept });
  const shown = all.data?.filter((t) => t.includes(q.trim().toLowerCase()));
  const step = make.data ? "made" : plan.data ? "planned" : "choosing";
  const intro = {
    choosing: "Okta sends the types that you choose at once. All others come by polling.",
    planned: "This is what will be done in your Okta org, and nothing else.",
    made: "Okta has verified it: it sends here from now on. It may take some minutes until it begins.",
  }[step];
  return (
    <Dialog
      open
      wide={step === "choosing" && chosen}
      onClose={onClose}
      title={
        step === "made"
          ? "The hook is registered"
          : hook.registered
            ? "Change the hook in Okta"
            : "Register the hook in Okta"
      }
      intro={intro}
      footer={
        step === "made" ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : step === "planned" ? (
          <>
            <Button onClick={() => plan.reset()}>Back</Button>
            <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}>
              Do it in Okta
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" disabled={empty} busy={plan.isPending} onClick={() => plan.mutate()}>
              Show what will change
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        {step === "choosing" && (
          <>
            <fieldset className="flex flex-col">
              <legend className="sr-only">Which events</legend>
              <Choice on={!chosen} onChoose={() => setChosen(false)} label="What switched-on flows and rules want">
                {chosen ? "It follows them." : `${counted(hook.wanted.length, "type")} now. It follows them.`}
              </Choice>
              <Choice on={chosen} onChoose={() => setChosen(true)} label="Types that I choose">
                {chosen ? `${counted(types.size, "type")} of at most 300` : "It stays as you leave it."}
              </Choice>
            </fieldset>
            {chosen && (
              <>
                <SearchBox label="Search event types" value={q} onChange={setQ} />
                {all.isPending && <SkeletonLines lines={6} />}
                <div className="grid max-h-[40vh] gap-x-4 overflow-y-auto sm:grid-cols-2">
                  {shown?.map((t) => (
                    <Checkbox
                      key={t}
                      shown
                      label={t}
                      checked={types.has(t)}
                      onChange={(on) => {
                        const next = new Set(types);
                        if (on) next.add(t);
                        else next.delete(t);
                        setTypes(next);
                      }}
                    />
                  ))}
                </div>
              </>
            )}
          </>
        )}
        {plan.isError && <Failed what="What would be done could not be worked out." error={plan.error} />}
        {make.isError && <Failed what="The hook is not as it should be." error={make.error} />}
        {step !== "choosing" && <Changes changes={(make.data ?? plan.data)?.changes ?? []} />}
      </div>
    </Dialog>
  );
}

function Choice({
  on,
  onChoose,
  label,
  children,
}: {
  on: boolean;
  onChoose: () => void;
  label: string;
  children: React.ReactNode;
}) {
  return (
    <label className="flex items-start gap-2 py-1">
      <input type="radio" checked={on} onChange={onChoose} className="mt-1 accent-accent-fill" />
      <span className="min-w-0">
        <span className="block font-medium">{label}</span>
        <span className="block text-sm wrap-anywhere text-muted">{children}</span>
      </span>
    </label>
  );
}
