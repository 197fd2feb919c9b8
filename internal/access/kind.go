package access

import "slices"

// EdgeKind is a kind of step. Its text is stable: it is part of the API and of
// files.
type EdgeKind string

// The kinds of steps. Those with a number in [Kinds] are ways to take something
// over; the others are what the org says.
const (
	SuperAdminOf        EdgeKind = "SUPER_ADMIN_OF"
	RoleViaGroup        EdgeKind = "ROLE_VIA_GROUP"
	AppSourcedRoleGroup EdgeKind = "APP_SOURCED_ROLE_GROUP"
	IDPJITGroup         EdgeKind = "IDP_JIT_GROUP"
	IDPAccountLink      EdgeKind = "IDP_ACCOUNT_LINK"
	IDPMFATrust         EdgeKind = "IDP_MFA_TRUST"
	ManageIDP           EdgeKind = "MANAGE_IDP"
	IDPDiscoveryReroute EdgeKind = "IDP_DISCOVERY_REROUTE"
	ResetPassword       EdgeKind = "RESET_PASSWORD"
	ResetFactors        EdgeKind = "RESET_FACTORS"
	TemporaryAccessCode EdgeKind = "TEMPORARY_ACCESS_CODE"
	ResetThenAdmin      EdgeKind = "RESET_THEN_ADMIN"
	AddMember           EdgeKind = "ADD_MEMBER"
	RuleAttribute       EdgeKind = "RULE_ATTRIBUTE"
	EditRule            EdgeKind = "EDIT_RULE"
	GroupPushReach      EdgeKind = "GROUP_PUSH_REACH"
	APITokenOf          EdgeKind = "API_TOKEN_OF"
	ServiceAppRight     EdgeKind = "SERVICE_APP_RIGHT"
	KeyControl          EdgeKind = "KEY_CONTROL"
	ReadClientSecret    EdgeKind = "READ_CLIENT_SECRET" //nolint:gosec // a name
	IntegrationSecret   EdgeKind = "INTEGRATION_SECRET"
	AppAdminImpersonate EdgeKind = "APP_ADMIN_IMPERSONATE"
	PasswordCapture     EdgeKind = "PASSWORD_CAPTURE"
	SWARead             EdgeKind = "SWA_READ"
	Org2OrgOut          EdgeKind = "ORG2ORG_OUT"
	Org2OrgIn           EdgeKind = "ORG2ORG_IN"
	AgentHost           EdgeKind = "AGENT_HOST"
	KerberosSSO         EdgeKind = "KERBEROS_SSO"
	PolicyWeaken        EdgeKind = "POLICY_WEAKEN"
	InlineHookControl   EdgeKind = "INLINE_HOOK_CONTROL"
	EventHookExfil      EdgeKind = "EVENT_HOOK_EXFIL"
	CreateServiceApp    EdgeKind = "CREATE_SERVICE_APP"
	GrantScope          EdgeKind = "GRANT_SCOPE"
	AssignRole          EdgeKind = "ASSIGN_ROLE"
	EditResourceSet     EdgeKind = "EDIT_RESOURCE_SET"
	ImportSource        EdgeKind = "IMPORT_SOURCE"
	DeviceOfAdmin       EdgeKind = "DEVICE_OF_ADMIN"
	SupportAccess       EdgeKind = "SUPPORT_ACCESS"
	WorkflowsAdmin      EdgeKind = "WORKFLOWS_ADMIN"
	CustomizeSignIn     EdgeKind = "CUSTOMIZE_SIGNIN"
	DormantReactivate   EdgeKind = "DORMANT_REACTIVATE"
	Manager             EdgeKind = "MANAGER"

	MemberOf        EdgeKind = "MEMBER_OF"
	Assigned        EdgeKind = "ASSIGNED"
	AssignedVia     EdgeKind = "ASSIGNED_VIA"
	HasRole         EdgeKind = "HAS_ROLE"
	EligibleForRole EdgeKind = "ELIGIBLE_FOR_ROLE"
	SourcedGroup    EdgeKind = "SOURCED_GROUP"
	EditApp         EdgeKind = "EDIT_APP"
	AssignApp       EdgeKind = "ASSIGN_APP"
	SuperAdminMay   EdgeKind = "SUPER_ADMIN_MAY"
	covers          EdgeKind = "COVERS" // of what is passed through to each end
)

// KindOf tells of a kind of step.
type KindOf struct {
	Kind EdgeKind `json:"kind"`
	// Number is that of the catalogue in docs/access.md, zero for what is only a
	// fact of the org.
	Number        int        `json:"number,omitempty"`
	Preconditions []string   `json:"preconditions"` // all must hold
	Result        string     `json:"result"`
	Confidence    Confidence `json:"confidence"`
	Source        string     `json:"source"`
	Remedy        string     `json:"remedy"` // what takes it away
	// Informational kinds are shown and never walked.
	Informational bool `json:"informational,omitempty"`
}

// KindNamed returns what is known of a kind.
func KindNamed(k EdgeKind) (KindOf, bool) {
	all := Kinds()
	at := slices.IndexFunc(all, func(x KindOf) bool { return x.Kind == k })
	if at < 0 {
		return KindOf{}, false
	}
	return all[at], true
}

// Kinds lists the kinds of steps: the numbered ones first.
func Kinds() []KindOf {
	return slices.Concat(roleKinds(), idpKinds(), memberKinds(), clientKinds(), appKinds(), orgKinds(), otherKinds(), factKinds())
}

func roleKinds() []KindOf {
	return []KindOf{
		{
			SuperAdminOf, 1,
			[]string{"a user has SUPER_ADMIN, directly and active"},
			"all of the org", High, "docs",
			"remove has_role", false,
		},
		{
			RoleViaGroup, 2,
			[]string{"the group has a role that is active"},
			"the role, for each member", High, "docs",
			"remove has_role of the group, or member_of", false,
		},
		{
			AppSourcedRoleGroup, 3,
			[]string{"the group has a role", "the group is APP_GROUP", "its source app is known"},
			"the group, for who edits it in the source", High, "OktaHound MembershipSync", "remove has_role of the group", false,
		},
	}
}

func idpKinds() []KindOf {
	return []KindOf{
		{
			IDPJITGroup, 4,
			[]string{"the IdP is ACTIVE", "its groups action is ASSIGN, APPEND or SYNC and names the group", "the group has a role or an app"},
			"the group, for who runs the IdP", High, "OktaHound IdpGroupAssignment", "change policy.provisioning.groups of the IdP", false,
		},
		{
			IDPAccountLink, 5,
			[]string{
				"the IdP is ACTIVE", "policy.accountLink.action is AUTO", "filter.users does not exclude the user, nor admins where he is one",
				"filter.groups.include has one of his groups, or is empty", "policy.subject.filter admits his login", "he can sign in",
			},
			"the user", High, "CISA AA23-320A", "set policy.accountLink.filter.users.excludeAdmins, or deactivate the IdP", false,
		},
		{
			IDPMFATrust, 6,
			[]string{"IDP_ACCOUNT_LINK holds", "policy.trustClaims or policy.mapAMRClaims is true"},
			"the user, without his second factor", Medium, "docs", "set policy.trustClaims to false", false,
		},
		{
			ManageIDP, 7,
			[]string{"okta.identityProviders.manage over IdPs by ORG_ADMIN, SUPER_ADMIN or a custom role; a client needs the scope okta.idps.manage, too"},
			"anybody: an IdP of one's own may say that somebody is a super admin", High, "Okta advisory of August 2023", "remove has_role, granted_scope, or the permission of the role", false,
		},
		{
			IDPDiscoveryReroute, 8,
			[]string{"okta.policies.manage over all policies", "an IdP is ACTIVE"},
			"people, as they are sent to sign in elsewhere", Medium, "own", "remove the permission", false,
		},
	}
}

func memberKinds() []KindOf {
	const resetResult = "the user"
	return []KindOf{
		{
			ResetPassword, 9,
			[]string{"a permission to reset passwords of the user", "he holds no active role (B1; a governed one that is inactive does not protect him, B7)", "he can sign in"},
			resetResult, High, "OktaHound", "remove has_role, or narrow its targets", false,
		},
		{
			TemporaryAccessCode, 9,
			[]string{"okta.users.credentials.manageTemporaryAccessCode over the user", "he holds no active role (B1)", "he can sign in"},
			resetResult, High, "OktaHound", "remove has_role, or the permission", false,
		},
		{
			ResetFactors, 9,
			[]string{"a permission to reset factors of the user", "he holds no active role (B1)", "he can sign in"},
			resetResult, High, "OktaHound", "remove has_role, or narrow its targets", false,
		},
		{
			ResetThenAdmin, 10,
			[]string{"a reset of the user's credentials is possible", "he holds no role", "he owns an API token or a group"},
			"the user, and what he owns", Medium, "own", "remove has_role of who resets; hand over what he owns", false,
		},
		{
			AddMember, 11,
			[]string{"a permission over the members of the group, or to own it", "the group holds no role (B1)", "its type is OKTA_GROUP"},
			"the group", High, "OktaHound AddMember", "remove has_role or owns", false,
		},
		{
			RuleAttribute, 12,
			[]string{
				"the group rule is ACTIVE", "its expression uses an attribute",
				"the attribute can be written: by the user himself, by who edits profiles, by the source of the profile", "the group holds no role (B2)",
			},
			"the group", Medium, "okta-unbound, own", "make the attribute READ_ONLY, or deactivate the rule", false,
		},
		{
			EditRule, 13,
			[]string{"ORG_ADMIN, USER_ADMIN without targets, or okta.groups.manage over all groups", "the group holds no role (B2)", "its type is OKTA_GROUP"},
			"the group", High, "OktaHound", "remove has_role, or target it", false,
		},
		{
			GroupPushReach, 14,
			[]string{"the group is pushed to an app by an ACTIVE mapping", "the app is ACTIVE"},
			"what the group may do in the app's own system", High, "cartography, OktaHound", "remove pushes_to", false,
		},
	}
}

func clientKinds() []KindOf {
	return []KindOf{
		{
			APITokenOf, 15,
			[]string{"an API token of the user, or okta.users.apitokens.manage over him and no role of his (B1)", "the user is not deactivated"},
			"the user, without a second factor", High, "docs, OktaHound", "revoke the token", false,
		},
		{
			ServiceAppRight, 16,
			[]string{"the client is ACTIVE", "it has a role", "it has granted scopes that the role's permissions need (B5)"},
			"what role and scopes both allow", High, "docs", "remove has_role or granted_scope", false,
		},
		{
			KeyControl, 17,
			[]string{"jwks_uri points to the host; or the app may be edited and has no Okta scopes yet (B4)", "the client signs with a key"},
			"the client", Medium, "own", "keep keys inline, or remove has_role", false,
		},
		{
			ReadClientSecret, 18,
			[]string{"okta.apps.clientCredentials.read over the app", "the client authenticates by a secret"},
			"the client", Low, "OktaHound, against the docs", "let the client sign with a key", false,
		},
		{
			IntegrationSecret, 19,
			[]string{"an API service integration has granted scopes", "it is not INACTIVE"},
			"what the scopes allow: no role is needed (B5)", High, "docs", "delete the integration", false,
		},
	}
}

func appKinds() []KindOf {
	return []KindOf{
		{
			AppAdminImpersonate, 20,
			[]string{"the app may be edited", "it is federated: SAML, WS-Federation or OpenID Connect with people", "it is ACTIVE"},
			"the app, as anybody", High, "pushsecurity, OktaHound", "remove has_role, or narrow its targets", false,
		},
		{
			PasswordCapture, 21,
			[]string{"the app may be edited", "its features have PUSH_PASSWORD_UPDATES", "the user is assigned"},
			"the user, by his password in clear text, whatever he holds", High, "Authomize", "switch off the sync of passwords", false,
		},
		{
			SWARead, 22,
			[]string{"the app keeps a password: SWA, basic", "it may be edited; or it is assigned and the password is revealed or shared"},
			"the password in the app's own system", High, "OktaHound SWA", "federate the app", false,
		},
		{
			Org2OrgOut, 23,
			[]string{"the app is okta_org2org", "it may be edited"},
			"people and roles of the other org", High, "OktaHound OutboundOrgSSO", "remove has_role", false,
		},
		{
			Org2OrgIn, 23,
			[]string{"an ACTIVE IdP is another Okta org"},
			"what the IdP gives", High, "OktaHound InboundOrgSSO", "deactivate the IdP", false,
		},
		{
			AgentHost, 24,
			[]string{"an agent pool of AD or LDAP has agents", "the user's credentials are that directory's", "he can sign in"},
			"the user", High, "XPN research", "move admins to Okta's own credentials", false,
		},
		{
			KerberosSSO, 25,
			[]string{"an ACTIVE active_directory app has DESKTOP_SSO", "the user's credentials are that directory's", "he can sign in"},
			"the user, by one factor", High, "XPN, OktaHound KerberosSSO", "switch off desktop single sign-on", false,
		},
	}
}

func orgKinds() []KindOf {
	return []KindOf{
		{
			PolicyWeaken, 26,
			[]string{"MOBILE_ADMIN, ORG_ADMIN or okta.policies.manage over the policy", "it is OKTA_SIGN_ON, or an ACCESS_POLICY of an app"},
			"the policy: it no longer asks for a second factor", High, "OktaHound", "remove has_role", false,
		},
		{
			InlineHookControl, 27,
			[]string{"ORG_ADMIN, a client with okta.inlineHooks.manage, or the host that the hook calls", "the hook is ACTIVE"},
			"tokens, assertions, one-time codes or imported passwords; the apps that call the hook", High, "XPN, docs", "deactivate the hook", false,
		},
		{
			EventHookExfil, 28,
			[]string{"ORG_ADMIN, a client with okta.eventHooks.manage, or the host that the hook calls", "the hook is ACTIVE"},
			"the events that the hook is told", Medium, "own", "deactivate the hook", false,
		},
		{
			CreateServiceApp, 29,
			[]string{"okta.apps.manage over all apps", "clientPrivilegesSetting is true"},
			"all of the org, by a new client", Medium, "org settings API", "set clientPrivilegesSetting to false", false,
		},
		{
			GrantScope, 30,
			[]string{"a client has SUPER_ADMIN, or is an integration", "it has the scope okta.appGrants.manage"},
			"all of the org", High, "docs", "remove granted_scope", false,
		},
		{
			AssignRole, 30,
			[]string{"a client has SUPER_ADMIN, or is an integration", "it has the scope okta.roles.manage"},
			"all of the org", High, "docs", "remove granted_scope", false,
		},
		{
			EditResourceSet, 31,
			[]string{"a custom role has okta.iam.manage", "its resource set covers the resource set"},
			"the role over everything, but no super admin (B6)", Medium, "docs", "take the resource set out of itself", false,
		},
	}
}

func otherKinds() []KindOf {
	return []KindOf{
		{
			ImportSource, 32,
			[]string{"okta.profilesources.import.run over the app", "the app's features have PROFILE_MASTERING"},
			"the profiles that come from the app", Medium, "OktaHound", "remove the permission", false,
		},
		{
			DeviceOfAdmin, 33,
			[]string{"the device is ACTIVE and not managed", "its user has a role", "he has FastPass: an active signed_nonce factor"},
			"the user", Medium, "OktaHound DeviceOf", "remove uses_device", false,
		},
		{
			SupportAccess, 34,
			[]string{"Okta support access is ENABLED and has not expired"},
			"all of the org, for who takes over Okta's support", Medium, "incident reports", "revoke support access", false,
		},
		{
			WorkflowsAdmin, 35,
			[]string{"WORKFLOWS_ADMIN or okta.workflows.flows.manage", "the Okta Workflows OAuth app has granted scopes"},
			"what the scopes allow", Medium, "docs, dorothy", "remove granted_scope", false,
		},
		{
			CustomizeSignIn, 36,
			[]string{"okta.customizations.manage over brands, or ORG_ADMIN"},
			"people, as they type their passwords", Medium, "own", "remove the permission", false,
		},
		{
			DormantReactivate, 37,
			[]string{
				"the user is SUSPENDED or DEPROVISIONED, and has a role or may activate one",
				"an ACTIVE IdP has UNSUSPEND or REACTIVATE and admits his login; or a permission over his lifecycle, if he holds no active role (B1)",
			},
			"the user", Medium, "own", "remove has_role, or change policy.provisioning.conditions", false,
		},
		{Manager, 38, []string{"profile.managerId names a user"}, "context only", Low, "-", "-", true},
	}
}

func factKinds() []KindOf {
	fact := func(k EdgeKind, result, remedy string, c Confidence, pre ...string) KindOf {
		return KindOf{Kind: k, Preconditions: pre, Result: result, Confidence: c, Source: "docs", Remedy: remedy}
	}
	return []KindOf{
		fact(MemberOf, "what the group gives", "remove member_of", High, "the user is a member"),
		fact(Assigned, "the app", "remove assigned", High, "the user is assigned", "the app is ACTIVE"),
		fact(AssignedVia, "the app", "remove assigned_via", High, "the group is assigned", "the app is ACTIVE"),
		fact(HasRole, "the role", "remove has_role", High, "the role is assigned directly and active"),
		fact(EligibleForRole, "the role, once it is activated (B7)", "remove has_role", Low, "a governed assignment is inactive now"),
		fact(SourcedGroup, "the group, for who edits it in the source", "remove the group", High, "the group is APP_GROUP without a role", "its source app is known"),
		fact(EditApp, "the settings of the app", "remove has_role", High, "okta.apps.manage over the app", "the app holds no role (B3)"),
		fact(AssignApp, "the app", "remove has_role", High, "okta.apps.assignment.manage over the app", "the app is ACTIVE, and no service", "the app holds no role (B3)"),
		fact(SuperAdminMay, "everything", "-", High, "SUPER_ADMIN"),
	}
}
