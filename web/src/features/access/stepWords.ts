// The steps of paths in words. What the server knows and this does not is shown as it is called.

const words: Record<string, string> = {
  SUPER_ADMIN_OF: "is",
  ROLE_VIA_GROUP: "gives its members",
  APP_SOURCED_ROLE_GROUP: "fills",
  IDP_JIT_GROUP: "puts people into",
  IDP_ACCOUNT_LINK: "may sign in as",
  IDP_MFA_TRUST: "may sign in, without a second factor, as",
  MANAGE_IDP: "may add an identity provider for",
  IDP_DISCOVERY_REROUTE: "may send elsewhere to sign in",
  RESET_PASSWORD: "may reset the password of",
  RESET_FACTORS: "may reset the factors of",
  TEMPORARY_ACCESS_CODE: "may make an access code for",
  RESET_THEN_ADMIN: "may reset, and gets what is owned by",
  ADD_MEMBER: "may add members to",
  RULE_ATTRIBUTE: "may write what fills",
  EDIT_RULE: "may write the rule of",
  GROUP_PUSH_REACH: "is pushed to",
  API_TOKEN_OF: "is a token of",
  SERVICE_APP_RIGHT: "may, by role and scopes,",
  KEY_CONTROL: "has a key of",
  READ_CLIENT_SECRET: "may read the secret of",
  INTEGRATION_SECRET: "may, by its scopes,",
  APP_ADMIN_IMPERSONATE: "may sign in as anybody at",
  PASSWORD_CAPTURE: "is sent the password of",
  SWA_READ: "may read the password kept in",
  ORG2ORG_OUT: "reaches the other org by",
  ORG2ORG_IN: "comes from the other org to",
  AGENT_HOST: "sees the password of",
  KERBEROS_SSO: "may sign in by desktop sign-on as",
  POLICY_WEAKEN: "may weaken",
  INLINE_HOOK_CONTROL: "answers the hook of",
  EVENT_HOOK_EXFIL: "is told the events of",
  CREATE_SERVICE_APP: "may make a client in",
  GRANT_SCOPE: "may grant itself scopes of",
  ASSIGN_ROLE: "may give itself",
  EDIT_RESOURCE_SET: "may widen",
  IMPORT_SOURCE: "may import profiles of",
  DEVICE_OF_ADMIN: "unlocks",
  SUPPORT_ACCESS: "has support access to",
  WORKFLOWS_ADMIN: "runs the flows of",
  CUSTOMIZE_SIGNIN: "may change the sign-in page of",
  DORMANT_REACTIVATE: "may switch on again",
  MANAGER: "is the manager of",
  MEMBER_OF: "is a member of",
  ASSIGNED: "is assigned to",
  ASSIGNED_VIA: "gives the app",
  HAS_ROLE: "has the role",
  ELIGIBLE_FOR_ROLE: "may take on the role",
  SOURCED_GROUP: "fills",
  EDIT_APP: "may change",
  ASSIGN_APP: "may assign people to",
  SUPER_ADMIN_MAY: "may do everything to",
};

/** What a step says between its two ends. */
export function stepWords(kind: string): string {
  return words[kind] ?? kind.replaceAll("_", " ").toLowerCase();
}

const aspects: Record<string, string> = {
  config: "settings",
  credential: "key or secret",
  rights: "rights",
  source: "source",
  profiles: "profiles",
  downstream: "accounts there",
  weakened: "weakened",
};

/** What of something is meant, where it is not all of it. */
export function aspectWords(aspect: string | undefined): string {
  return aspect ? (aspects[aspect] ?? aspect.replaceAll("_", " ")) : "";
}

const sureness: Record<string, { label: string; note: string }> = {
  H: { label: "Sure", note: "Documented, or found in two sources." },
  M: { label: "Likely", note: "Found in one source." },
  L: { label: "To be tried", note: "It wants a trial in the org." },
};

/** How sure it is that a step works. */
export function sureWords(confidence: string): { label: string; note: string } {
  return sureness[confidence] ?? { label: confidence, note: "" };
}

const tiers = ["Super Administrator", "Roles over everybody, and hosts that see passwords", "Roles over some"];

/** What is reached, by its tier. */
export function tierWords(tier: number): string {
  return tiers[tier] ?? `Tier ${tier}`;
}

/** A change that takes a step away, in words. Ends are names where they are known. */
export function changeWords(c: {
  do: string;
  relation?: string;
  field?: string;
  from?: { id: string; name?: string };
  to?: { id: string; name?: string };
  entity?: { kind: string; id: string; name?: string };
}): string {
  const name = (r?: { id: string; name?: string }) => r?.name || r?.id || "";
  const thing = c.entity ? `the ${c.entity.kind.replaceAll("_", " ")} ${name(c.entity)}` : "";
  switch (c.do) {
    case "remove":
      return removal(c.relation ?? "", name(c.from), name(c.to));
    case "deactivate":
      return `Switch off ${thing}`;
    case "revoke":
      return `Revoke ${thing}`;
    case "edit":
      return `Change ${c.field} of ${thing}`;
    default:
      return `${c.do} ${thing}`.trim();
  }
}

function removal(relation: string, from: string, to: string): string {
  switch (relation) {
    case "member_of":
      return `Take ${from} out of ${to}`;
    case "has_role":
      return `Take the role ${to} from ${from}`;
    case "granted_scope":
      return `Take the scope ${to} from ${from}`;
    case "assigned":
    case "assigned_via":
      return `Take the app ${to} from ${from}`;
    default:
      return `End ${relation.replaceAll("_", " ")} from ${from} to ${to}`;
  }
}
