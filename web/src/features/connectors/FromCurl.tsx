import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Textarea } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts } from "../../kit/Page.tsx";
import { type Draft, type DraftedCall, elsewhere } from "./draft.ts";

type Props = { draft: Draft; onClose: () => void; onAdd: (ex: DraftedCall) => void };

/** An action made of an example: a curl command is pasted, what it says is shown, and it is added. */
export function FromCurl({ draft, onClose, onAdd }: Props) {
  const [command, setCommand] = useState("");
  const read = useMutation({ mutationFn: () => call("post", "/api/v1/connector-drafts/curl", { body: { command } }) });
  const ex = read.data;
  const secrets = Object.keys(ex?.secrets ?? {});
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title="From a curl command"
      intro="As it is copied from documentation, or from the network tab of a browser."
      footer={
        ex ? (
          <Button look="primary" onClick={() => onAdd(ex)}>
            Add the action
          </Button>
        ) : (
          <Button look="primary" disabled={!command.trim()} busy={read.isPending} onClick={() => read.mutate()}>
            Read it
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Command" help="It is read here, and neither run nor kept. Secrets in it go to the connection.">
          {(f) => (
            <Textarea
              {...f}
              className="min-h-32 font-mono text-xs"
              spellCheck={false}
              autoComplete="off"
              value={command}
              placeholder="curl -X POST https://api.example.com/v1/users/{id}/notes -H 'Authorization: Bearer …' -d '{…}'"
              onChange={(e) => {
                setCommand(e.target.value);
                read.reset();
              }}
            />
          )}
        </Field>
        {read.isError && <Failed what="The command could not be read." error={read.error} />}
        {ex && (
          <>
            <Facts
              items={[
                [
                  "Request",
                  <code key="r" className="font-mono text-xs">{`${ex.call.method} ${ex.baseUrl}${ex.call.path}`}</code>,
                ],
                ["Inputs", ex.call.inputs?.map((i) => i.name).join(", ") || "none"],
                ["Secrets", secrets.length > 0 ? `${secrets.join(", ")}: for the connection` : "none found"],
              ]}
            />
            {elsewhere(draft, ex) && (
              <Note tone="warn" title="It goes to another address">
                The connector is for {draft.baseUrl}; the action will call that.
              </Note>
            )}
            {ex.notes.map((n) => (
              <Note key={n}>{n}</Note>
            ))}
          </>
        )}
      </div>
    </Dialog>
  );
}
