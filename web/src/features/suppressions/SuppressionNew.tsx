import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import { SuppressionForm } from "./SuppressionForm.tsx";
import { bodyOf, type Draft, likeThis } from "./suppression.ts";

const route = getRouteApi("/inside/suppressions/new");

/** A new suppression: from nothing, for a rule, or like an alert. */
export function SuppressionNew() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const of = search.alert ?? "";
  const alert = useQuery({ ...read("/api/v1/alerts/{id}", { path: { id: of } }), enabled: of !== "" });
  const events = useQuery({
    ...read("/api/v1/alerts/{id}/events", { path: { id: of }, query: { limit: 1 } }),
    enabled: of !== "",
  });
  const save = useMutation({
    mutationFn: (d: Draft) => call("post", "/api/v1/suppressions", { body: bodyOf(d, new Date()) }),
    onSuccess: (s) => {
      void stale("/api/v1/suppressions");
      toast({ title: "The suppression holds from the next event" });
      void navigate({ to: "/suppressions/$id", params: { id: s.id } });
    },
  });
  const a = alert.data;
  const like = a ? likeThis(a.entity, events.data?.items[0]?.raw) : [];
  const waiting = of !== "" && (alert.isPending || events.isPending);
  return (
    <Page>
      <PageHeader
        title={a ? "Suppress what is like this" : "New suppression"}
        above={
          <Link to="/suppressions" className="hover:underline">
            Suppressions
          </Link>
        }
        lead={
          a
            ? a.title
            : "Events of which the condition holds make no alert. What is hidden is counted and can be looked at."
        }
      />
      {alert.isError && <Failed what="The alert could not be read." error={alert.error} />}
      {waiting && <SkeletonLines lines={6} />}
      {!waiting && (
        <SuppressionForm
          first={{
            scope: search.type ? "type" : "rule",
            rule: a?.rule.id ?? search.rule ?? "",
            type: search.type ?? "",
            where: like[0]?.cel ?? "",
            reason: "",
            days: "30",
          }}
          like={like}
          busy={save.isPending}
          error={save.error}
          saveLabel="Suppress"
          cancel={
            a && (
              <Link to="/alerts/$id" params={{ id: a.id }} className={buttonClass("quiet")}>
                Back to the alert
              </Link>
            )
          }
          onSave={(d) => save.mutate(d)}
        />
      )}
    </Page>
  );
}
