import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read, stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { useCan } from "../../session/session.ts";
import { ListEditor } from "../../settings/ListEditor.tsx";
import { RunDelegated } from "./RunDelegated.tsx";
import { Strip } from "./Strip.tsx";

type Detail = components["schemas"]["FlowDetail"];
type Delegates = components["schemas"]["FlowDelegates"];

/** Who may run a delegated flow; and for one of them, the way to run it. */
export function DelegatesPanel({ flow }: { flow: Detail }) {
  const can = useCan("flows:write");
  const delegates = useQuery(read("/api/v1/flows/{id}/delegates", { path: { id: flow.id } }));
  const mine = useQuery(read("/api/v1/delegated", {}));
  const [doing, setDoing] = useState<"run" | "change">();
  if (delegates.isError) {
    return (
      <Failed
        what="Who may run the flow could not be read."
        error={delegates.error}
        onRetry={() => void delegates.refetch()}
        retrying={delegates.isRefetching}
      />
    );
  }
  const d = delegates.data;
  if (!d) return null;
  const who = [...d.roles.map((r) => `every ${r.name}`), ...d.accounts.map((a) => a.name)];
  const may = mine.data?.some((f) => f.id === flow.id) ?? false;
  return (
    <Strip
      label="Delegated to"
      actions={
        <>
          {can && (
            <Button size="sm" onClick={() => setDoing("change")}>
              Change
            </Button>
          )}
          {may && (
            <Button size="sm" look="primary" icon={<Play size={14} />} onClick={() => setDoing("run")}>
              Run for a user
            </Button>
          )}
        </>
      }
    >
      {who.length > 0 ? who.join(", ") : <span className="text-muted">Nobody yet, so nobody may run it.</span>}
      {doing === "change" && <Change flow={flow.id} now={d} onClose={() => setDoing(undefined)} />}
      {doing === "run" && <RunDelegated flow={flow} onClose={() => setDoing(undefined)} />}
    </Strip>
  );
}

function Change({ flow, now, onClose }: { flow: string; now: Delegates; onClose: () => void }) {
  const all = useQuery(read("/api/v1/roles", {}));
  const [roles, setRoles] = useState(now.roles.map((r) => r.id));
  // Who is named already is known by name; who is added, by e-mail address.
  const [people, setPeople] = useState(now.accounts.map((a) => a.name));
  const save = useMutation({
    mutationFn: () => {
      const accounts = people.map((p) => now.accounts.find((a) => a.name === p)?.id ?? p);
      return call("put", "/api/v1/flows/{id}/delegates", { path: { id: flow }, body: { roles, accounts } });
    },
    onSuccess: () => {
      void stale("/api/v1/flows/{id}/delegates", "/api/v1/delegated");
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Who may run the flow"
      intro="They, and nobody else, whatever their role."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <fieldset>
          <legend className="text-sm font-medium">Everybody with the role</legend>
          {all.data?.map((r) => (
            <Checkbox
              key={r.id}
              shown
              label={r.name}
              checked={roles.includes(r.id)}
              onChange={(on) => setRoles(on ? [...roles, r.id] : roles.filter((x) => x !== r.id))}
            />
          ))}
        </fieldset>
        <ListEditor
          label="People"
          help="E-mail addresses of members."
          placeholder="ada@example.com"
          items={people}
          onChange={setPeople}
        />
        {save.isError && <Failed what="It was not changed." error={save.error} />}
      </div>
    </Dialog>
  );
}
