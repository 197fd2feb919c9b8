package okta_test

import (
	"slices"
	"testing"
)

// What is weak shows in what the API answers, and is not so in an ordinary org.
func TestWeaknessesShow(t *testing.T) {
	facts := map[string]func(x *tenant) bool{
		"THREAT-002": func(x *tenant) bool { return x.one("/api/v1/threats/configuration")["action"] != "block" },
		"SESS-003": func(x *tenant) bool {
			return x.anyRule("OKTA_SIGN_ON", func(r object) bool { return at(r, "actions", "signon", "session", "usePersistentCookie") == true })
		},
		"SESS-004": func(x *tenant) bool {
			return x.one("/api/v1/first-party-app-settings/admin-console")["sessionIdleTimeoutMinutes"].(float64) > 15
		},
		"AUTH-001": func(x *tenant) bool {
			return x.anyRule("ACCESS_POLICY", func(r object) bool {
				return r["name"] == "Admins" && at(r, "actions", "appSignOn", "verificationMethod", "factorMode") == "1FA"
			})
		},
		"AUTH-016": func(x *tenant) bool {
			return x.anyRule("IDP_DISCOVERY", func(r object) bool { return at(r, "actions", "idp", "providers", "0", "type") != "OKTA" })
		},
		"AUTH-017": func(x *tenant) bool {
			return x.anyRule("PROFILE_ENROLLMENT", func(r object) bool { return at(r, "actions", "profileEnrollment", "access") == "ALLOW" })
		},
		"MFA-003": func(x *tenant) bool {
			return x.anyOf("/api/v1/authenticators", func(a object) bool { return a["key"] == "okta_email" && str(a, "settings", "allowedFor") == "any" })
		},
		"PWD-001": func(x *tenant) bool {
			return x.anyOf("/api/v1/policies?type=PASSWORD", func(p object) bool { return at(p, "settings", "password", "complexity", "minLength").(float64) < 12 })
		},
		"ADM-010": func(x *tenant) bool {
			return x.anyOf("/api/v1/groups?expand=stats,app", func(g object) bool {
				return g["type"] == "APP_GROUP" && at(g, "_embedded", "stats", "hasAdminPrivlege") == true && at(g, "source", "id") != nil
			})
		},
		"ADM-015": func(x *tenant) bool {
			return x.one("/api/v1/org/orgSettings/thirdPartyAdminSetting")["thirdPartyAdmin"] == true
		},
		"OAUTH-007": func(x *tenant) bool {
			return x.anyApp(func(a object) bool { return at(a, "settings", "oauthClient", "jwks_uri") != nil })
		},
		"OAUTH-009": func(x *tenant) bool {
			return x.anyApp(func(a object) bool {
				grants, _ := at(a, "settings", "oauthClient", "grant_types").([]any)
				return slices.Contains(grants, any("implicit"))
			})
		},
		"APP-001": func(x *tenant) bool {
			return x.anyApp(func(a object) bool { return a["signOnMode"] == "BROWSER_PLUGIN" })
		},
		"APP-002": func(x *tenant) bool {
			return x.anyApp(func(a object) bool { return str(a, "settings", "signOn", "signatureAlgorithm") == "RSA_SHA1" })
		},
		"APP-004": func(x *tenant) bool {
			return x.anyApp(func(a object) bool { return slices.Contains(a["features"].([]any), any("PUSH_PASSWORD_UPDATES")) })
		},
		"IDP-001": func(x *tenant) bool {
			return x.anyOf("/api/v1/idps", func(p object) bool { return str(p, "policy", "accountLink", "action") == "AUTO" })
		},
		"IDP-002": func(x *tenant) bool {
			return x.anyOf("/api/v1/idps", func(p object) bool { return str(p, "policy", "provisioning", "groups", "action") == "ASSIGN" })
		},
		"IDP-003": func(x *tenant) bool {
			return x.anyOf("/api/v1/idps", func(p object) bool {
				return str(p, "policy", "provisioning", "conditions", "suspended", "action") == "UNSUSPEND"
			})
		},
		"NET-005": func(x *tenant) bool {
			return x.anyOf("/api/v1/trustedOrigins", func(o object) bool { return str(o, "origin")[:5] == "http:" })
		},
		"LOG-002": func(x *tenant) bool {
			return x.anyOf("/api/v1/logStreams", func(s object) bool { return s["status"] == "INACTIVE" })
		},
		"LOG-004": func(x *tenant) bool {
			return x.anyOf("/api/v1/inlineHooks", func(h object) bool { return at(h, "channel", "config", "authScheme") == nil })
		},
		"ORG-001": func(x *tenant) bool { return x.one("/api/v1/org/privacy/oktaSupport")["support"] == "ENABLED" },
		"DEV-001": func(x *tenant) bool {
			return x.anyOf("/api/v1/devices?expand=userSummary", func(d object) bool {
				return at(d, "profile", "integrityJailbreak") == true && str(d, "_embedded", "users", "0", "managementStatus") == "NOT_MANAGED"
			})
		},
		"AGENT-001": func(x *tenant) bool {
			return x.anyOf("/api/v1/agentPools", func(p object) bool { return p["operationalStatus"] == "DISRUPTED" })
		},
	}
	ordinary, weak := serve(t), weak(t)
	for check, shows := range facts {
		if !shows(weak) {
			t.Errorf("%s does not show in a weak org", check)
		}
		if shows(ordinary) && check != "THREAT-002" { // which an ordinary org has too: it only logs
			t.Errorf("%s shows in an ordinary org", check)
		}
	}
}

// one reads an object.
func (x *tenant) one(path string) object {
	x.Helper()
	return x.get(path).want(200).object()
}

// anyOf says whether one of a list is so.
func (x *tenant) anyOf(path string, is func(object) bool) bool {
	x.Helper()
	return slices.ContainsFunc(x.get(path).want(200).list(), is)
}

func (x *tenant) anyApp(is func(object) bool) bool {
	x.Helper()
	return x.anyOf("/api/v1/apps?limit=200", is)
}

// anyRule says whether one of the rules of the policies of a type is so.
func (x *tenant) anyRule(kind string, is func(object) bool) bool {
	x.Helper()
	return x.anyOf("/api/v1/policies?type="+kind, func(p object) bool { return x.anyOf("/api/v1/policies/"+str(p, "id")+"/rules", is) })
}
