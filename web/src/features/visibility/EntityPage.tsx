import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Json } from "../../kit/Json.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { Time } from "../../kit/Time.tsx";
import { NotFound } from "../../shell/Fallbacks.tsx";
import { AppAccess } from "../access/AppAccess.tsx";
import { PrincipalAccess } from "../access/PrincipalAccess.tsx";
import { EntityLinks } from "../alerts/EntityChip.tsx";
import { PlanButton } from "../remedies/PlanButton.tsx";
import { Timeline } from "../timeline/Timeline.tsx";
import { EntityFacts } from "./EntityFacts.tsx";
import { FindingsAbout } from "./FindingsAbout.tsx";
import { at, capitals, gist } from "./facts.ts";
import { History } from "./History.tsx";
import { aboutKind, capital, hasPage, type Kind, nameOf, relationsOf } from "./kinds.ts";
import { Parts } from "./Parts.tsx";
import { Relations } from "./Relations.tsx";
import { Twins } from "./Twins.tsx";
import { titleOf } from "./tenant.ts";

type Detail = components["schemas"]["EntityDetail"];

const route = getRouteApi("/inside/visibility/$id/$kind/$entity");

/** Something of an Okta org: what it is, what it has to do with, what it was. */
export function EntityPage() {
  const { id, kind, entity } = route.useParams();
  if (!hasPage(kind)) return <NotFound />;
  return <Known key={`${kind}/${entity}`} id={id} kind={kind as Kind} entity={entity} />;
}

function Known({ id, kind, entity }: { id: string; kind: Kind; entity: string }) {
  const { tab, ...narrow } = route.useSearch();
  const navigate = route.useNavigate();
  const tenant = useQuery(read("/api/v1/tenants/{id}", { path: { id } }));
  const query = useQuery(read("/api/v1/tenants/{id}/entities/{kind}/{entity}", { path: { id, kind, entity } }));
  const about = aboutKind(kind);
  const above = (
    <span className="flex flex-wrap gap-x-1.5">
      <Link to="/visibility" className="hover:underline">
        Orgs
      </Link>
      /
      <Link to="/visibility/$id" params={{ id }} className="hover:underline">
        {tenant.data ? titleOf(tenant.data) : "Org"}
      </Link>
      /
      <Link to="/visibility/$id" params={{ id }} search={{ tab: "inventory", kind }} className="hover:underline">
        {about.many}
      </Link>
    </span>
  );
  const e = query.data;
  if (!e) return <Unread query={query} what={about.one} above={above} />;
  const now = e.versions[0];
  const related = relationsOf(kind);
  const tabs = [
    { id: "facts", label: "Facts", content: <Facts id={id} entity={e} /> },
    ...(related.length > 0
      ? [{ id: "relations", label: "Relations", content: <Relations tenant={id} of={e} related={related} /> }]
      : []),
    ...(kind === "app"
      ? [{ id: "who", label: "Who can use it", content: <AppAccess tenant={id} app={entity} /> }]
      : []),
    ...(principals.includes(kind)
      ? [{ id: "access", label: "Access", content: <PrincipalAccess tenant={id} kind={kind} entity={entity} /> }]
      : []),
    ...(lived.includes(kind)
      ? [
          {
            id: "timeline",
            label: "Timeline",
            content: (
              <Timeline
                of={{ tenant: id, kind, entity }}
                search={narrow}
                onSearch={(s) => void navigate({ search: { tab: "timeline", ...s }, replace: true })}
              />
            ),
          },
        ]
      : []),
    {
      id: "history",
      label: e.versions.length > 1 ? `History (${e.versions.length})` : "History",
      content: <History entity={e} />,
    },
  ];
  return (
    <Page>
      <PageHeader
        title={nameOf(e)}
        above={above}
        mark={<Marks entity={e} />}
        actions={
          remediable.includes(kind) &&
          !e.gone && (
            <PlanButton
              tenant={id}
              subject={{ kind, id: entity, name: nameOf(e) }}
              cause={{ kind: "identity", id: entity }}
            />
          )
        }
        lead={
          <>
            {capital(about.one)}
            {now && gist(kind, now.body) && `, ${gist(kind, now.body)}`}
          </>
        }
      />
      {e.gone && (
        <div className="mb-4">
          <Note title={`This ${about.one} is not there any more`}>
            {now?.until && (
              <>
                It was last seen before <Time at={now.until} />. What stands here is how it was.
              </>
            )}
          </Note>
        </div>
      )}
      <Tabs
        label={`Parts of the ${about.one}`}
        value={tabs.some((t) => t.id === tab) ? (tab ?? "facts") : "facts"}
        onChange={(to) => void navigate({ search: { tab: to === "facts" ? undefined : to }, replace: true })}
        tabs={tabs}
      />
    </Page>
  );
}

function Marks({ entity: e }: { entity: Detail }) {
  const status = at(e.versions[0]?.body, "status");
  const blocked = e.kind === "auth0_user" && at(e.versions[0]?.body, "blocked") === true;
  return (
    <>
      {e.gone && <Tag tone="warn">gone</Tag>}
      {blocked && !e.gone && <Tag tone="warn">blocked</Tag>}
      {typeof status === "string" && !e.gone && (
        <Tag tone={status === "ACTIVE" || status === "VERIFIED" ? "plain" : "warn"}>{capitals(status)}</Tag>
      )}
    </>
  );
}

/** The kinds that lead to something, when somebody controls them. */
const principals: Kind[] = ["user", "group", "app", "api_token", "api_service", "idp", "device", "agent_pool"];

/** The kinds that something can be done about, thing by thing. */
const remediable: Kind[] = [
  "user",
  "group",
  "group_rule",
  "device",
  "app",
  "api_token",
  "idp",
  "authenticator",
  "policy",
  "zone",
  "trusted_origin",
  "event_hook",
  "inline_hook",
  "log_stream",
];

/** The kinds that events tell of, and so have a timeline. */
const lived: Kind[] = [
  "user",
  "group",
  "app",
  "api_service",
  "device",
  "group_rule",
  "api_token",
  "policy",
  "authenticator",
  "idp",
  "auth_server",
  "zone",
];

/** The kinds that events and alerts speak of. */
const told: Kind[] = ["user", "app", "group", "device"];

function Facts({ id, entity: e }: { id: string; entity: Detail }) {
  const now = e.versions[0];
  if (!now) return null;
  return (
    <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="flex min-w-0 flex-col gap-6">
        <EntityFacts tenant={id} kind={e.kind} id={e.id} body={now.body} since={now.since} />
        <Parts kind={e.kind} body={now.body} />
        <Section title="All that is known">
          <Json value={now.body} label="All that is known" depth={1} />
        </Section>
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        {(e.kind === "user" || e.kind === "auth0_user") && <Twins tenant={id} kind={e.kind} id={e.id} />}
        {!e.kind.startsWith("auth0_") && <FindingsAbout tenant={id} kind={e.kind} id={e.id} />}
        {told.includes(e.kind) && (
          <Section title="What happened">
            <EntityLinks
              entity={{ kind: e.kind, id: e.id, name: e.name, login: e.kind === "user" ? e.name : "" }}
              className="rounded-lg border bg-surface px-3 py-2"
            />
          </Section>
        )}
      </div>
    </div>
  );
}
