import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { CircleCheck, CircleHelp, CircleX, MailX, Send } from "lucide-react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { sentence } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { State } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { Letters } from "./Letters.tsx";

type MailOf = components["schemas"]["Mail"];

const route = getRouteApi("/inside/settings/mail");

/** The server's own mail: whether it works, and what was written to whom. */
export function Mail() {
  const mail = useQuery(read("/api/v1/mail", {}));
  const may = useCan("members:write");
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const test = useTestMail();
  return (
    <Page>
      <PageHeader
        title="Mail"
        above={<Above />}
        lead="What Sallyport writes in its own name: to confirm addresses, reset passwords, invite. Alerts go by notifications."
        actions={
          may &&
          mail.data?.configured && (
            <Button icon={<Send size={15} />} busy={test.isPending} onClick={() => test.mutate()}>
              Send me a test
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-6">
        <Section title="Mail server">
          {mail.isError ? (
            <Failed
              what="The state of the mail server could not be read."
              error={mail.error}
              onRetry={() => void mail.refetch()}
              retrying={mail.isRefetching}
            />
          ) : (
            <Panel className="p-4">{mail.data ? <Server mail={mail.data} /> : <SkeletonLines lines={3} />}</Panel>
          )}
        </Section>
        <Letters state={state} onState={(s) => void navigate({ search: { state: s }, replace: true })} />
      </div>
    </Page>
  );
}

const states = {
  ok: { icon: CircleCheck, tone: "plain", label: "Works" },
  down: { icon: CircleX, tone: "bad", label: "Does not work" },
  unknown: { icon: CircleHelp, tone: "quiet", label: "Not asked since the server started" },
  none: { icon: MailX, tone: "warn", label: "No mail is configured" },
} as const;

function Server({ mail: m }: { mail: MailOf }) {
  if (!m.configured) {
    return (
      <Note tone="warn" title="No mail is configured">
        {m.error}
      </Note>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <Facts
        items={[
          ["State", <State key="state" {...states[m.state]} />],
          ["Last asked", m.checkedAt ? <Time key="at" at={m.checkedAt} /> : "never"],
          ["Server", m.server === "log" ? "none: letters go to the server's log" : m.server],
          ["From", m.from],
          ["Waiting", m.queued],
          ["Failed in 24 hours", m.failed],
        ]}
      />
      {m.state === "down" && (
        <Note tone="bad" title="The mail server does not do its part">
          {m.error}
        </Note>
      )}
    </div>
  );
}

/** Sends a test to one's own address, and says whether it went out. */
function useTestMail() {
  return useMutation({
    mutationFn: () => call("post", "/api/v1/mail/test", {}),
    onSuccess: (got) => {
      void stale("/api/v1/mail", "/api/v1/overview");
      toast({
        title: got.ok ? `A test was sent to ${got.to}` : "The test did not go out",
        detail: got.ok ? undefined : sentence(got.message),
        tone: got.ok ? undefined : "bad",
      });
    },
    onError: (e) => toast({ title: "The test did not go out", detail: e.message, tone: "bad" }),
  });
}
