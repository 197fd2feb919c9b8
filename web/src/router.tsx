import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failure } from "./api/failure.ts";
import { queryClient } from "./api/query.ts";
import { Confirm } from "./features/session/Confirm.tsx";
import { Forgotten } from "./features/session/Forgotten.tsx";
import { Invite } from "./features/session/Invite.tsx";
import { OktaSignIn } from "./features/session/OktaSignIn.tsx";
import { Proved } from "./features/session/Proved.tsx";
import { Reset } from "./features/session/Reset.tsx";
import { SignIn } from "./features/session/SignIn.tsx";
import { safeNext } from "./features/session/safeNext.ts";
import { sessionQuery } from "./features/session/session.ts";
import { Welcome } from "./features/session/Welcome.tsx";
import { only, parseSearch, stringifySearch } from "./search.ts";
import { NotFound, PageFailed, Starting } from "./shell/Fallbacks.tsx";
import { Shell } from "./shell/Shell.tsx";

const root = createRootRoute({ component: Outlet, errorComponent: PageFailed, notFoundComponent: NotFound });

/** What may stand in the address of a page where one comes in: where to go after it, and some names. */
function entering<K extends string>(...names: K[]) {
  return (s: Record<string, unknown>): { next?: string } & { [k in K]?: string } => ({
    ...only(...names)(s),
    next: safeNext(s.next),
  });
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: SignIn,
  validateSearch: entering("organization", "email"),
});

const sso = createRoute({
  getParentRoute: () => root,
  path: "/sso",
  component: OktaSignIn,
  validateSearch: entering("organization", "user", "other"),
});

const forgotten = createRoute({
  getParentRoute: () => root,
  path: "/forgotten",
  component: Forgotten,
  validateSearch: only("email"),
});

// Where the links of letters lead.
const confirm = createRoute({ getParentRoute: () => root, path: "/confirm", component: Confirm });
const reset = createRoute({ getParentRoute: () => root, path: "/reset", component: Reset });
const invite = createRoute({ getParentRoute: () => root, path: "/invite", component: Invite });
const proved = createRoute({ getParentRoute: () => root, path: "/proved", component: Proved });

const welcome = createRoute({ getParentRoute: () => root, path: "/welcome", component: Welcome });

// Everything inside wants somebody who is signed in.
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  pendingComponent: Starting,
  pendingMs: 300,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (error instanceof Failure && error.kind === "unauthenticated") {
        throw redirect({
          to: "/sign-in",
          search: { next: location.href === "/" ? undefined : safeNext(location.href) },
        });
      }
      throw error;
    }
  },
});

const at = <P extends string>(path: P) => ({ getParentRoute: () => inside, path }) as const;

const routes = [
  createRoute({
    ...at("/"),
    component: lazyRouteComponent(() => import("./features/overview/Overview.tsx"), "Overview"),
    validateSearch: only("show"),
  }),
  createRoute({
    ...at("/flows"),
    component: lazyRouteComponent(() => import("./features/flows/FlowList.tsx"), "FlowList"),
    validateSearch: only("q", "folder", "show", "sort"),
  }),
  createRoute({
    ...at("/flows/$id"),
    component: lazyRouteComponent(() => import("./features/flows/FlowPage.tsx"), "FlowPage"),
    validateSearch: only("tab", "version", "card"),
  }),
  createRoute({
    ...at("/flows/$id/edit"),
    component: lazyRouteComponent(() => import("./features/flows/edit/EditPage.tsx"), "EditPage"),
  }),
  createRoute({
    ...at("/runs"),
    component: lazyRouteComponent(() => import("./features/runs/RunList.tsx"), "RunList"),
    validateSearch: only("flow", "state", "since", "event"),
  }),
  createRoute({
    ...at("/runs/$id"),
    component: lazyRouteComponent(() => import("./features/runs/RunPage.tsx"), "RunPage"),
    validateSearch: only("step", "view"),
  }),
  createRoute({
    ...at("/tables"),
    component: lazyRouteComponent(() => import("./features/tables/TableList.tsx"), "TableList"),
    validateSearch: only("q"),
  }),
  createRoute({
    ...at("/tables/$id"),
    component: lazyRouteComponent(() => import("./features/tables/TablePage.tsx"), "TablePage"),
    validateSearch: only("q", "sort", "row", "where"),
  }),
  createRoute({
    ...at("/connections"),
    component: lazyRouteComponent(() => import("./features/connections/ConnectionList.tsx"), "ConnectionList"),
    validateSearch: only("q", "add"),
  }),
  createRoute({
    ...at("/connectors/$id"),
    component: lazyRouteComponent(() => import("./features/connectors/ConnectorPage.tsx"), "ConnectorPage"),
  }),
  createRoute({
    ...at("/connections/$id"),
    component: lazyRouteComponent(() => import("./features/connections/ConnectionPage.tsx"), "ConnectionPage"),
  }),
  createRoute({
    ...at("/sources"),
    component: lazyRouteComponent(() => import("./features/sources/SourceList.tsx"), "SourceList"),
  }),
  createRoute({
    ...at("/sources/new"),
    component: lazyRouteComponent(() => import("./features/sources/NewSource.tsx"), "NewSource"),
    validateSearch: only("source", "step"),
  }),
  createRoute({
    ...at("/sources/$id"),
    component: lazyRouteComponent(() => import("./features/sources/SourcePage.tsx"), "SourcePage"),
    validateSearch: only("tab"),
  }),
  createRoute({
    ...at("/templates"),
    component: lazyRouteComponent(() => import("./features/templates/TemplateList.tsx"), "TemplateList"),
    validateSearch: only("q", "category"),
  }),
  createRoute({
    ...at("/templates/$id"),
    component: lazyRouteComponent(() => import("./features/templates/TemplatePage.tsx"), "TemplatePage"),
    validateSearch: only("flow"),
  }),
  createRoute({
    ...at("/catalogue"),
    component: lazyRouteComponent(() => import("./features/catalogue/CataloguePage.tsx"), "CataloguePage"),
    validateSearch: only("q", "of", "open"),
  }),
  createRoute({
    ...at("/rehearse"),
    component: lazyRouteComponent(() => import("./features/rehearse/Rehearse.tsx"), "Rehearse"),
    validateSearch: only("scenario", "user"),
  }),
  createRoute({
    ...at("/activity"),
    component: lazyRouteComponent(() => import("./features/activity/ActivityList.tsx"), "ActivityList"),
    validateSearch: only("flow", "state", "target", "run", "since"),
  }),
  createRoute({
    ...at("/activity/$id"),
    component: lazyRouteComponent(() => import("./features/activity/ActivityPage.tsx"), "ActivityPage"),
  }),
  createRoute({
    ...at("/events"),
    component: lazyRouteComponent(() => import("./features/events/EventList.tsx"), "EventList"),
    validateSearch: only("filter", "q", "source", "range", "since", "until", "order"),
  }),
  createRoute({
    ...at("/events/$uuid"),
    component: lazyRouteComponent(() => import("./features/events/EventPage.tsx"), "EventPage"),
  }),
  createRoute({
    ...at("/visibility"),
    component: lazyRouteComponent(() => import("./features/visibility/TenantList.tsx"), "TenantList"),
  }),
  createRoute({
    ...at("/visibility/connect"),
    component: lazyRouteComponent(() => import("./features/visibility/connect/ConnectPage.tsx"), "ConnectPage"),
  }),
  createRoute({
    ...at("/visibility/connect/$way"),
    component: lazyRouteComponent(() => import("./features/visibility/connect/ConnectWay.tsx"), "ConnectWay"),
    validateSearch: only("connection", "setup"),
  }),
  createRoute({
    ...at("/visibility/$id"),
    component: lazyRouteComponent(() => import("./features/visibility/TenantPage.tsx"), "TenantPage"),
    validateSearch: only("tab", "kind", "q", "of", "range", "since", "until"),
  }),
  createRoute({
    ...at("/visibility/$id/$kind/$entity"),
    component: lazyRouteComponent(() => import("./features/visibility/EntityPage.tsx"), "EntityPage"),
    validateSearch: only("tab", "show", "range", "since", "until"),
  }),
  createRoute({
    ...at("/timeline/$kind/$entity"),
    component: lazyRouteComponent(() => import("./features/timeline/TimelinePage.tsx"), "TimelinePage"),
    validateSearch: only("show", "range", "since", "until"),
  }),
  createRoute({
    ...at("/access"),
    component: lazyRouteComponent(() => import("./features/access/AccessPage.tsx"), "AccessPage"),
    validateSearch: only("tenant", "tab", "tier", "kind", "days", "range", "since", "until"),
  }),
  createRoute({
    ...at("/ask"),
    component: lazyRouteComponent(() => import("./features/ask/AskPage.tsx"), "AskPage"),
    validateSearch: only("tenant", "question"),
  }),
  createRoute({
    ...at("/access/$id/$kind/$entity"),
    component: lazyRouteComponent(() => import("./features/access/PrincipalPage.tsx"), "PrincipalPage"),
    validateSearch: only("aspect"),
  }),
  createRoute({
    ...at("/remedies"),
    component: lazyRouteComponent(() => import("./features/remedies/RemedyList.tsx"), "RemedyList"),
    validateSearch: only("tab", "state", "cause", "causeId", "edit"),
  }),
  createRoute({
    ...at("/remedies/$id"),
    component: lazyRouteComponent(() => import("./features/remedies/RemedyPage.tsx"), "RemedyPage"),
  }),
  createRoute({
    ...at("/posture"),
    component: lazyRouteComponent(() => import("./features/posture/ChecksPage.tsx"), "ChecksPage"),
    validateSearch: only("tenant", "profile", "verdict", "severity", "category", "q"),
  }),
  createRoute({
    ...at("/posture/$id/$check"),
    component: lazyRouteComponent(() => import("./features/posture/CheckPage.tsx"), "CheckPage"),
    validateSearch: only("profile"),
  }),
  createRoute({
    ...at("/findings"),
    component: lazyRouteComponent(() => import("./features/posture/FindingList.tsx"), "FindingList"),
    validateSearch: only("tenant", "state", "severity", "check", "kind", "object", "q"),
  }),
  createRoute({
    ...at("/findings/$id/$finding"),
    component: lazyRouteComponent(() => import("./features/posture/FindingPage.tsx"), "FindingPage"),
  }),
  createRoute({
    ...at("/alerts"),
    component: lazyRouteComponent(() => import("./features/alerts/AlertList.tsx"), "AlertList"),
    validateSearch: only(
      "view",
      "q",
      "state",
      "severity",
      "type",
      "rule",
      "tag",
      "attack",
      "entity",
      "entityKind",
      "assignee",
      "verdict",
      "since",
      "overdue",
      "sort",
    ),
  }),
  createRoute({
    ...at("/alerts/$id"),
    component: lazyRouteComponent(() => import("./features/alerts/AlertPage.tsx"), "AlertPage"),
    validateSearch: only("do", "flow"),
  }),
  createRoute({
    ...at("/cases"),
    component: lazyRouteComponent(() => import("./features/cases/CaseList.tsx"), "CaseList"),
    validateSearch: only("q", "state", "assignee"),
  }),
  createRoute({
    ...at("/cases/$id"),
    component: lazyRouteComponent(() => import("./features/cases/CasePage.tsx"), "CasePage"),
  }),
  createRoute({
    ...at("/rules"),
    component: lazyRouteComponent(() => import("./features/rules/RuleList.tsx"), "RuleList"),
    validateSearch: only("q", "view", "pack", "severity", "show", "tag", "sort"),
  }),
  createRoute({
    ...at("/rules/new"),
    component: lazyRouteComponent(() => import("./features/rules/edit/NewRule.tsx"), "NewRule"),
    validateSearch: only("from"),
  }),
  createRoute({
    ...at("/rules/files/$id"),
    component: lazyRouteComponent(() => import("./features/rules/edit/EditRule.tsx"), "EditRule"),
  }),
  createRoute({
    ...at("/rules/$id"),
    component: lazyRouteComponent(() => import("./features/rules/RulePage.tsx"), "RulePage"),
    validateSearch: only("tab"),
  }),
  createRoute({
    ...at("/suppressions"),
    component: lazyRouteComponent(() => import("./features/suppressions/SuppressionList.tsx"), "SuppressionList"),
    validateSearch: only("show"),
  }),
  createRoute({
    ...at("/suppressions/new"),
    component: lazyRouteComponent(() => import("./features/suppressions/SuppressionNew.tsx"), "SuppressionNew"),
    validateSearch: only("rule", "type", "alert"),
  }),
  createRoute({
    ...at("/suppressions/$id"),
    component: lazyRouteComponent(() => import("./features/suppressions/SuppressionPage.tsx"), "SuppressionPage"),
  }),
  createRoute({
    ...at("/settings"),
    component: lazyRouteComponent(() => import("./features/settings/Settings.tsx"), "Settings"),
  }),
  createRoute({
    ...at("/settings/guard"),
    component: lazyRouteComponent(() => import("./features/settings/GuardPolicy.tsx"), "GuardPolicyPage"),
  }),
  createRoute({
    ...at("/settings/notifications"),
    validateSearch: only("channel"),
    component: lazyRouteComponent(() => import("./features/settings/Notifications.tsx"), "Notifications"),
  }),
  createRoute({
    ...at("/settings/members"),
    validateSearch: only("q", "role"),
    component: lazyRouteComponent(() => import("./features/settings/Members.tsx"), "Members"),
  }),
  createRoute({
    ...at("/settings/roles"),
    component: lazyRouteComponent(() => import("./features/settings/Roles.tsx"), "Roles"),
  }),
  createRoute({
    ...at("/settings/audit"),
    validateSearch: only("q", "outcome", "since"),
    component: lazyRouteComponent(() => import("./features/settings/AuditLog.tsx"), "AuditLog"),
  }),
  createRoute({
    ...at("/settings/mail"),
    validateSearch: only("state"),
    component: lazyRouteComponent(() => import("./features/settings/Mail.tsx"), "Mail"),
  }),
  createRoute({
    ...at("/settings/nodes"),
    component: lazyRouteComponent(() => import("./features/settings/Nodes.tsx"), "Nodes"),
  }),
  createRoute({
    ...at("/settings/okta"),
    validateSearch: only("tab"),
    component: lazyRouteComponent(() => import("./features/okta/OktaPage.tsx"), "OktaPage"),
  }),
  createRoute({
    ...at("/settings/signin"),
    component: lazyRouteComponent(() => import("./features/settings/SignInRules.tsx"), "SignInRules"),
  }),
  createRoute({
    ...at("/settings/events"),
    component: lazyRouteComponent(() => import("./features/settings/EventsKept.tsx"), "EventsKept"),
  }),
  createRoute({
    ...at("/settings/tokens"),
    component: lazyRouteComponent(() => import("./features/settings/Tokens.tsx"), "Tokens"),
  }),
  createRoute({
    ...at("/settings/account"),
    component: lazyRouteComponent(() => import("./features/settings/Account.tsx"), "Account"),
  }),
  createRoute({ ...at("/$"), component: NotFound }),
  createRoute({ ...at("/about"), component: lazyRouteComponent(() => import("./features/about/About.tsx"), "About") }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    welcome,
    sso,
    forgotten,
    confirm,
    reset,
    invite,
    proved,
    inside.addChildren(routes),
  ]),
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
  parseSearch,
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
