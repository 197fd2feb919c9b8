import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { HookFacts } from "./HookFacts.tsx";

type Source = components["schemas"]["Source"];

/** Adds a source of events. With a hook it shows once what to enter in Okta. */
export function SourceForm({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const connections = useQuery(read("/api/v1/connections", {}));
  const orgs = connections.data?.filter((c) => c.connector.id === "okta") ?? [];
  const [name, setName] = useState("Okta System Log");
  const [connection, setConnection] = useState("");
  const [poll, setPoll] = useState(true);
  const [hook, setHook] = useState(false);
  const [made, setMade] = useState<Source>();
  const through = connection || orgs[0]?.id || "";
  const add = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/sources", { body: { name: name.trim(), poll, hook, connection: through || undefined } }),
    onSuccess: (s) => {
      void stale("/api/v1/sources", "/api/v1/overview");
      if (s.hook?.secret) setMade(s);
      else void navigate({ to: "/sources/$id", params: { id: s.id } });
    },
  });
  const failure = add.error instanceof Failure ? add.error : undefined;
  if (made?.hook) {
    const leave = () => void navigate({ to: "/sources/$id", params: { id: made.id } });
    return (
      <Dialog
        open
        onClose={leave}
        title="Enter this in Okta"
        intro="Workflow, Event Hooks, Create Event Hook. The secret is shown this once."
        footer={
          <Button look="primary" onClick={leave}>
            I have entered it
          </Button>
        }
      >
        <HookFacts hook={made.hook} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add an event source"
      intro="Polling gets everything, within seconds. A hook gets some types at once. Both together are best: an event that comes twice counts once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            busy={add.isPending}
            disabled={!name.trim() || (!poll && !hook) || (poll && !through)}
            onClick={() => add.mutate()}
          >
            Add
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Name" error={failure?.forField("name")}>
          {(f) => <Input {...f} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <div>
          <Checkbox shown checked={poll} onChange={setPoll} label="Poll the System Log" />
          <Checkbox shown checked={hook} onChange={setHook} label="Take an event hook" />
          {!poll && !hook && <p className="text-xs text-bad">Choose at least one.</p>}
        </div>
        <Field
          label="Okta connection"
          required={poll}
          error={failure?.forField("connection")}
          help={
            orgs.length === 0 && connections.data ? (
              <>
                There is none yet.{" "}
                <Link to="/connections" search={{ add: "okta" }} className="text-accent underline">
                  Connect your Okta org
                </Link>
              </>
            ) : (
              "Through which it is polled."
            )
          }
        >
          {(f) => (
            <Select
              {...f}
              value={through}
              disabled={orgs.length === 0}
              choices={orgs.map((c) => ({ value: c.id, label: c.name }))}
              onChange={(e) => setConnection(e.target.value)}
            />
          )}
        </Field>
        {add.isError && !failure?.detail?.field && <Failed what="The source was not added." error={add.error} />}
      </div>
    </Dialog>
  );
}
