import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { read, stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Copy } from "../../../kit/Copy.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { Time } from "../../../kit/Time.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { useCan } from "../../session/session.ts";
import { Strip } from "./Strip.tsx";

type Detail = components["schemas"]["FlowDetail"];
type Endpoint = components["schemas"]["Endpoint"];

const accessWords = {
  public: "Whoever knows the address may call it.",
  token: "Who has the client token may call it.",
  oauth: "Who has an API token that may run flows may call it.",
};

/** The address at which requests start a flow, and its client token. */
export function EndpointPanel({ flow }: { flow: Detail }) {
  const can = useCan("flows:write");
  const endpoint = useQuery(read("/api/v1/flows/{id}/endpoint", { path: { id: flow.id } }));
  const [doing, setDoing] = useState<"token" | "address">();
  if (endpoint.isError) {
    return (
      <Failed
        what="The flow's address could not be read."
        error={endpoint.error}
        onRetry={() => void endpoint.refetch()}
        retrying={endpoint.isRefetching}
      />
    );
  }
  const e = endpoint.data;
  if (!e) return null;
  const byToken = (e.access ?? flow.trigger?.access) === "token";
  return (
    <Strip
      label="Address"
      actions={
        can && (
          <>
            <Button size="sm" onClick={() => setDoing("address")}>
              Change
            </Button>
            {byToken && (
              <Button size="sm" look={e.tokenHint ? "plain" : "primary"} onClick={() => setDoing("token")}>
                {e.tokenHint ? "Client token" : "Make a client token"}
              </Button>
            )}
          </>
        )
      }
    >
      <div className="flex items-center gap-1">
        <code className="min-w-0 font-mono text-xs wrap-anywhere">{e.url}</code>
        <Copy text={e.url} label="Copy the address" />
      </div>
      <p className="text-sm text-muted">
        {e.access ? accessWords[e.access] : "It answers once a version is published."}
        {e.access && !flow.enabled && " It answers once the flow is on."}
        {byToken && e.tokenHint && e.tokenAt && (
          <>
            {" "}
            The token ends in {e.tokenHint}, and was made <Time at={e.tokenAt} />.
          </>
        )}
        {byToken && !e.tokenHint && " There is no client token yet, so nobody may call it."}
      </p>
      {doing === "address" && <Address flow={flow.id} endpoint={e} onClose={() => setDoing(undefined)} />}
      {doing === "token" && <Token flow={flow.id} endpoint={e} onClose={() => setDoing(undefined)} />}
    </Strip>
  );
}

const again = () => stale("/api/v1/flows/{id}/endpoint");

function Address({ flow, endpoint, onClose }: { flow: string; endpoint: Endpoint; onClose: () => void }) {
  const [alias, setAlias] = useState(endpoint.alias);
  const save = useMutation({
    mutationFn: () => call("patch", "/api/v1/flows/{id}/endpoint", { path: { id: flow }, body: { alias } }),
    onSuccess: () => {
      void again();
      onClose();
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title="The flow's address"
      intro="A name in place of its id. The address with the id goes on to answer."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Field
          label="Name in the address"
          help="Small letters, digits, _ and -. Empty for the id."
          error={failure?.forField("alias")}
        >
          {(f) => <Input {...f} autoFocus maxLength={64} value={alias} onChange={(e) => setAlias(e.target.value)} />}
        </Field>
        {save.isError && !failure?.detail?.field && <Failed what="The address was not changed." error={save.error} />}
      </form>
    </Dialog>
  );
}

/** Makes a client token and shows it once, or ends the one there is. */
function Token({ flow, endpoint, onClose }: { flow: string; endpoint: Endpoint; onClose: () => void }) {
  const make = useMutation({
    mutationFn: () => call("post", "/api/v1/flows/{id}/endpoint/token", { path: { id: flow } }),
    onSuccess: () => void again(),
  });
  const end = useMutation({
    mutationFn: () => call("delete", "/api/v1/flows/{id}/endpoint/token", { path: { id: flow } }),
    onSuccess: () => {
      void again();
      toast({ title: "The client token has ended" });
      onClose();
    },
  });
  if (make.data) {
    return (
      <Dialog
        open
        onClose={onClose}
        title="The client token"
        intro="It is shown this once. Send it in the header x-api-client-token, or as the parameter clientToken."
        footer={
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        }
      >
        <div className="flex items-center gap-2 rounded-md border bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{make.data.token}</code>
          <Copy shown text={make.data.token} label="Copy" />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Client token"
      intro={
        endpoint.tokenHint
          ? "A new token takes the place of the one there is, which ends at once: whoever calls the flow needs the new one."
          : "Whoever calls the flow sends the token with each request."
      }
      footer={
        <>
          {endpoint.tokenHint && (
            <Button busy={end.isPending} onClick={() => end.mutate()}>
              End the token
            </Button>
          )}
          <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}>
            {endpoint.tokenHint ? "Make a new token" : "Make the token"}
          </Button>
        </>
      }
    >
      {make.isError && <Failed what="No token was made." error={make.error} />}
      {end.isError && <Failed what="The token was not ended." error={end.error} />}
    </Dialog>
  );
}
