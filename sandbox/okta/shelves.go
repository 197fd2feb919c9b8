package okta

import (
	"net/netip"
	"slices"
	"strings"
)

// shelves lists the objects that are kept as they are given.
func shelves() []shelf {
	return append(append(policyShelves(), signInShelves()...), orgShelves()...)
}

// policyShelves are the policies, and what their rules are about.
func policyShelves() []shelf {
	const all = "create replace delete switch"
	const policies, server = "/api/v1/policies", "/api/v1/authorizationServers/{server}"
	return []shelf{
		{path: policies, area: areaPolicies, prefix: "00p", kind: "Policy", events: "policy.lifecycle.*", does: all, needs: "name type", silent: true, accept: ofType, view: viewPolicy, done: policyChanged},
		{path: policies + "/{policy}/rules", area: areaPolicies, prefix: "0pr", kind: "PolicyRule", events: "policy.rule.*", does: all, needs: "name", silent: true, check: checkRule},
		{path: "/api/v1/zones", area: areaZones, prefix: "nzo", kind: "NetworkZone", events: "zone.*", does: all, needs: "name type", limit: 200, check: checkZone},
		{path: "/api/v1/behaviors", area: areaBehaviors, prefix: "beh", kind: "BehaviorRule", events: "security.behavior.settings.*", does: all, needs: "name type"},
		{path: "/api/v1/device-assurances", area: areaAssurances, prefix: "dae", kind: "DeviceAssurance", events: "device.assurance.policy.*", does: "create replace delete", needs: "name platform", times: "createdDate lastUpdate"},
		{path: "/api/v1/authorizationServers", area: areaServers, prefix: "aus", kind: "AuthorizationServer", events: "oauth2.as.*d", does: all, needs: "name", limit: 200, silent: true, view: viewServer},
		{path: server + "/policies", area: areaServers, prefix: "00p", kind: "Policy", events: "policy.lifecycle.*", does: all, needs: "name", silent: true, view: viewPolicy},
		{path: server + "/policies/{policy}/rules", area: areaServers, prefix: "0pr", kind: "PolicyRule", events: "policy.rule.*", does: all, needs: "name", silent: true},
		{path: server + "/scopes", area: areaServers, prefix: "scp", kind: "OAuth2Scope", events: "oauth2.scope.*d", does: "create replace delete", needs: "name", times: "-"},
		{path: server + "/claims", area: areaServers, prefix: "ocl", kind: "OAuth2Claim", events: "oauth2.claim.*d", does: "create replace delete", needs: "name", times: "-"},
		{path: server + "/credentials/keys", area: areaServers, kind: "JsonWebKey", id: "kid", times: "-"},
	}
}

// signInShelves are what people sign in with, and from where.
func signInShelves() []shelf {
	const all = "create replace delete switch"
	return []shelf{
		{path: "/api/v1/authenticators", area: areaAuthenticators, prefix: "aut", kind: "Authenticator", events: "security.authenticator.lifecycle.*", does: "create replace switch", needs: "name key"},
		{path: "/api/v1/authenticators/{authenticator}/methods", area: areaAuthenticators, kind: "AuthenticatorMethod", id: "type", times: "-", events: "security.authenticator.lifecycle.*", does: "replace switch"},
		{path: "/api/v1/authenticators/{authenticator}/aaguids", area: areaAuthenticators, kind: "CustomAAGUID", id: "aaguid", times: "-"},
		{path: "/api/v1/idps", area: areaIDPs, prefix: "0oa", kind: "IdentityProvider", events: "system.idp.lifecycle.*", does: all, needs: "name type", limit: 20},
		{path: "/api/v1/idps/credentials/keys", area: areaIDPs, kind: "IdpKeyCredential", id: "kid", limit: 20, view: plain},
		{path: "/api/v1/trustedOrigins", area: areaOrigins, prefix: "tos", kind: "TrustedOrigin", events: "security.trusted_origin.*", does: all, needs: "name origin", limit: 20},
		{path: "/api/v1/inlineHooks", area: areaInlineHooks, prefix: "cal", kind: "InlineHook", events: "inline_hook.*d", does: all, needs: "name type", view: viewInlineHook},
		{path: "/api/v1/captchas", area: areaCaptchas, prefix: "cap", kind: "Captcha", events: "system.captcha.*", does: "create replace delete", needs: "name type", times: "-", view: viewCaptcha},
		{path: "/api/v1/security-events-providers", area: areaProviders, prefix: "sse", kind: "SecurityEventsProvider", events: "security.events.provider.*", does: all, needs: "name type", times: "-"},
	}
}

// orgShelves are what an org consists of beside people and apps.
func orgShelves() []shelf {
	return []shelf{
		{path: "/api/v1/realms", area: areaRealms, prefix: "guo", kind: "Realm", events: "directory.realm.lifecycle.*", does: "create replace delete", needs: "profile", limit: 200},
		{path: "/api/v1/realm-assignments", area: areaRealmAssignments, prefix: "rul", kind: "RealmAssignment", events: "directory.realm.assignment.*", does: "create replace delete switch", needs: "name", limit: 200, silent: true},
		{path: "/api/v1/domains", area: areaDomains, prefix: "OcD", kind: "Domain", wrap: "domains", times: "-"},
		{path: "/api/v1/email-domains", area: areaEmailDomains, prefix: "OeD", kind: "EmailDomain", times: "-"},
		{path: "/api/v1/email-servers", area: areaEmailServers, prefix: "ems", kind: "EmailServer", wrap: "email-servers", times: "-"},
		{path: "/api/v1/meta/types/user", area: areaUserTypes, prefix: "oty", kind: "UserType", view: viewUserType},
		{path: "/api/v1/meta/schemas/user/linkedObjects", area: areaLinkedObjects, kind: "LinkedObject", id: "-", times: "-"},
		{path: "/api/v1/agentPools", area: areaAgents, prefix: "0oa", kind: "AgentPool", times: "-", view: plain},
		{path: "/api/v1/mappings", area: areaMappings, prefix: "prm", kind: "ProfileMapping", times: "-", limit: 20, view: viewProfileMapping},
		{path: "/api/v1/features", area: areaFeatures, prefix: "ftr", kind: "Feature", times: "-"},
		{path: "/api/v1/principal-rate-limits", area: areaPrincipals, prefix: "prl", kind: "PrincipalRateLimit", times: "createdDate lastUpdate", does: "create replace", needs: "principalId principalType", view: plain},
		{path: templatesPath + "/{name}/customizations", area: areaTemplates, prefix: "oel", kind: "EmailCustomization", does: "create replace delete", needs: "subject body language", limit: 20, events: "system.email.template.*", parent: templateOfPath},
	}
}

// viewCaptcha keeps the secret.
func viewCaptcha(_ *call, _ *thing, v map[string]any) { delete(v, "secretKey") }

// viewInlineHook keeps what the org proves itself to the hook with.
func viewInlineHook(_ *call, _ *thing, v map[string]any) {
	if scheme, has := field(v, "channel", "config", "authScheme").(map[string]any); has && scheme["value"] != nil {
		v["channel"] = merged(v["channel"].(map[string]any), map[string]any{"config": map[string]any{"authScheme": map[string]any{"value": nil}}})
	}
}

// plain is of what has no links.
func plain(_ *call, _ *thing, v map[string]any) { delete(v, "_links") }

func viewServer(c *call, t *thing, v map[string]any) {
	v["issuer"] = c.url("oauth2", t.id)
	links, _ := v["_links"].(map[string]any)
	for _, part := range []string{"policies", "claims", "scopes"} {
		links[part] = allow(c.base+t.list+"/"+t.id+"/"+part, "GET", "POST")
	}
}

// viewUserType leads to the schema of the type.
func viewUserType(c *call, t *thing, v map[string]any) {
	links, _ := v["_links"].(map[string]any)
	links["schema"] = allow(c.url("api/v1/meta/schemas/user", "osc"+strings.TrimPrefix(t.id, "oty")), "GET", "POST")
}

// viewProfileMapping shows what is mapped to what only of one mapping, as Okta
// does.
func viewProfileMapping(c *call, t *thing, v map[string]any) {
	if !strings.HasSuffix(c.r.URL.Path, t.id) {
		delete(v, "properties")
	}
}

// checkZone refuses gateways that are no networks.
func checkZone(_ *call, in map[string]any) error {
	if kind, _ := in["type"].(string); !slices.Contains([]string{"IP", "DYNAMIC", "DYNAMIC_V2"}, kind) {
		return invalidField("type", "The type must be IP, DYNAMIC or DYNAMIC_V2.")
	}
	for _, name := range []string{"gateways", "proxies"} {
		addresses, _ := in[name].([]any)
		for _, x := range addresses {
			a, _ := x.(map[string]any)
			value, _ := a["value"].(string)
			from, to, isRange := strings.Cut(value, "-")
			if !isRange {
				to = from
			}
			if !isNetwork(from) || !isNetwork(to) {
				return invalidField(name, "'"+value+"' is not a valid address, range or network.")
			}
		}
	}
	return nil
}

func isNetwork(s string) bool {
	_, asPrefix := netip.ParsePrefix(s)
	_, asAddress := netip.ParseAddr(s)
	return asPrefix == nil || asAddress == nil
}

// checkRule refuses a rule that says nothing of what is to be done.
func checkRule(_ *call, in map[string]any) error {
	if _, has := in["actions"].(map[string]any); !has {
		return invalidField("actions", "The field cannot be left blank")
	}
	return nil
}
