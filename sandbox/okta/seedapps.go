package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"sallyport/sandbox/okta/systemlog"
)

// software makes the apps of the org and says who has them.
func (s *seeder) software() {
	everyone := s.dir.everyone
	s.install("saasure", "Okta Admin Console", "OPENID_CONNECT", s.named["Super admins"], s.named["Help desk"], s.named["Auditors"]).accessPolicy = fixedID("00p", s.orgID+"/ACCESS_POLICY/Okta Admin Console")
	s.install("okta_enduser", "Okta Dashboard", "OPENID_CONNECT", everyone)
	s.install("google", "Google Workspace", "SAML_2_0", everyone).features = []string{"PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION", "PUSH_PROFILE_UPDATES"}
	s.install("slack", "Slack", "SAML_2_0", everyone).features = []string{"PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION"}
	s.install("zoomus", "Zoom", "SAML_2_0", everyone)
	s.install("salesforce", "Salesforce", "SAML_2_0", s.depts["Sales"], s.depts["Support"])
	s.install("amazon_aws", "AWS Account Federation", "SAML_2_0", s.named["AWS production"])
	s.install("githubcloud", "GitHub Enterprise Cloud", "SAML_2_0", s.depts["Engineering"], s.depts["Security"])
	s.install("workday", "Workday", "SAML_2_0", s.depts["People"], s.depts["Finance"])
	s.install("zendesk", "Zendesk", "SAML_2_0", s.depts["Support"])
	s.install("datadog", "Datadog", "SAML_2_0", s.depts["Engineering"])
	s.install("boxnet", "Box", "SAML_2_0", s.depts["Legal"], s.depts["Finance"])
	s.install("bookmark", "Company wiki", "BOOKMARK", everyone)
	expenses := s.install("oidc_client", "Expenses", "OPENID_CONNECT", s.depts["Finance"])
	for _, u := range s.people {
		if s.rand.IntN(100) < 5 && u.status == Active {
			expenses.users[u.id] = &appUser{
				id: s.ids.next("0ua"), scope: "USER", userName: u.login(), madeFrom: u.login(), profile: map[string]any{}, created: u.created, lastUpdated: u.created,
			}
		}
	}
	mail := s.install("oidc_client", "Mail for phones", "OPENID_CONNECT", everyone)
	s.clients = []*app{expenses, mail}
	s.service("Inventory collector", "READ_ONLY_ADMIN", "okta.users.read", "okta.groups.read", "okta.apps.read", "okta.logs.read")
	s.service("Off-boarding robot", "USER_ADMIN", "okta.users.manage", "okta.groups.manage")
	newSecret(s.Org, newService(s.Org, "managed_detection", "Managed detection", []string{"okta.users.read", "okta.groups.read", "okta.logs.read"}, s.people[0].id))
}

// install makes an app and gives it to groups, as the API would.
func (s *seeder) install(name, label, mode string, groups ...*group) *app {
	a := &app{id: s.ids.next("0oa"), status: "ACTIVE", created: s.start, users: map[string]*appUser{}}
	settings := map[string]any{}
	if mode == "OPENID_CONNECT" {
		settings["oauthClient"] = map[string]any{
			"grant_types": []any{"authorization_code", "refresh_token"}, "response_types": []any{"code"},
			"redirect_uris": []any{"https://" + name + "." + s.domain + ".example/callback"},
		}
	}
	s.take(a, appInput{Name: name, Label: label, SignOnMode: mode, Settings: settings})
	for i, g := range groups {
		a.assignGroup(&appGroup{group: g, priority: i, profile: map[string]any{}, id: s.ids.next("gaa"), lastUpdated: s.start})
	}
	return a
}

// take completes an app like a request to the API, and adds it.
func (s *seeder) take(a *app, in appInput) {
	c := &call{change: change{Org: s.Org}}
	if err := a.take(c, in); err != nil {
		s.log.Error("seeded app is not valid", "err", err, "app", in.Label)
	}
	a.lastUpdated = s.start
	s.apps.add(a)
}

// service makes a service app with a key, scopes and an admin role.
func (s *seeder) service(label, roleType string, scopes ...string) {
	a := &app{id: s.ids.next("0oa"), status: "ACTIVE", created: s.start, users: map[string]*appUser{}}
	in := appInput{Name: "oidc_client", Label: label, SignOnMode: "OPENID_CONNECT"}
	in.Credentials = map[string]any{"oauthClient": map[string]any{"token_endpoint_auth_method": "private_key_jwt"}} //nolint:gosec // names a method, holds no secret
	client := map[string]any{
		"application_type": "service", "grant_types": []any{"client_credentials"}, "response_types": []any{"token"}, "dpop_bound_access_tokens": true,
	}
	if key, err := s.publicKey(label); err == nil {
		client["jwks"] = map[string]any{"keys": []any{key}}
	}
	in.Settings = map[string]any{"oauthClient": client}
	s.take(a, in)
	for _, scope := range scopes {
		a.grants.add(&scopeGrant{id: s.ids.next("oag"), scope: scope, by: s.people[0].id, created: s.start})
	}
	id := s.ids.next("irb")
	if role, _ := roleOf(roleType); role.targetable {
		id = standardRoleID(roleType)
	}
	a.roles.add(&assignment{ID: id, Type: roleType, created: s.start})
}

// publicKey makes a key that depends on the seed alone.
func (s *seeder) publicKey(label string) (map[string]any, error) {
	d := s.ids.bytes(32)
	d[0] &= 0x7f // below the order of the curve
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		return nil, fmt.Errorf("make the key of %s: %w", label, err)
	}
	b, err := jose.JSONWebKey{Key: key.Public(), KeyID: "key-1", Use: "sig", Algorithm: "ES256"}.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write the key of %s: %w", label, err)
	}
	var out map[string]any
	return out, json.Unmarshal(b, &out)
}

// lives gives people factors, open sessions and OAuth tokens.
func (s *seeder) lives() {
	for _, u := range s.people {
		if u.status == Deprovisioned || u.status == Staged || u.status == Provisioned {
			continue
		}
		at := u.created.Add(time.Hour).Truncate(time.Second)
		enrol := func(kind string, p map[string]any) {
			f := newFactor(s.Org, u, kind, "OKTA", p)
			f.created, f.lastUpdated = at, at
		}
		if roll := s.rand.IntN(100); roll < 88 {
			enrol("push", map[string]any{"deviceType": "SmartPhone_IPhone", "name": u.profile.text("firstName") + "'s phone", "platform": "IOS", "version": "18.2"})
			switch {
			case roll < 30:
				enrol("webauthn", map[string]any{"authenticatorName": "Security key"})
			case roll < 45:
				enrol("token:software:totp", nil)
			case roll < 55:
				enrol("sms", map[string]any{"phoneNumber": "+1555" + s.ids.digits(7)})
			}
		}
		home := s.place()
		u.known = []Client{home}
		u.lastLogin = s.end.Add(-time.Duration(s.rand.IntN(14*24*60)) * time.Minute).Truncate(time.Second)
		if u.status != Active {
			continue
		}
		if s.rand.IntN(100) < 35 {
			s.session(u, home)
			if s.rand.IntN(100) < 30 {
				away := s.place()
				s.session(u, away)
				u.known = []Client{away, home}
			}
		}
		if s.rand.IntN(100) < 25 {
			s.consent(u)
		}
	}
}

func (s *seeder) session(u *user, from Client) {
	began := s.end.Add(-time.Duration(s.rand.IntN(90)) * time.Minute).Truncate(time.Second)
	u.sessions = append(u.sessions, &session{
		id: s.ids.session(), from: from, mfa: len(u.factors.items) > 0, started: began, expires: s.end.Add(12 * time.Hour), verified: began,
	})
	u.lastLogin = began
}

func (s *seeder) consent(u *user) {
	client := s.clients[s.rand.IntN(len(s.clients))]
	at := s.end.Add(-time.Duration(1+s.rand.IntN(40)) * 24 * time.Hour).Truncate(time.Second)
	scopes := []string{"openid", "profile", "offline_access"}
	for _, scope := range scopes {
		u.consents = append(u.consents, &consent{id: s.ids.next("oag"), client: client, scope: scope, created: at})
	}
	u.refresh = append(u.refresh, &refreshToken{id: s.ids.next("oar"), user: u, client: client, scopes: scopes, created: at, expires: at.AddDate(0, 3, 0)})
}

// place is a client somewhere in the world, with an address that is reserved
// for documentation.
func (s *seeder) place() Client {
	p := s.places[s.rand.IntN(len(s.places))]
	p.IP = fmt.Sprintf(p.IP, 1+s.rand.IntN(250))
	p.UserAgent = s.agents[s.rand.IntN(len(s.agents))]
	return p
}

func places() []Client {
	return []Client{
		{IP: "203.0.113.%d", City: "Berlin", State: "Land Berlin", Country: "Germany", PostalCode: "10115", Lat: 52.53, Lon: 13.38, ASNumber: 64496, ASOrg: "example net", ISP: "example net", Domain: "example.net"},
		{IP: "203.0.113.%d", City: "San Francisco", State: "California", Country: "United States", PostalCode: "94107", Lat: 37.77, Lon: -122.39, ASNumber: 64497, ASOrg: "bay example", ISP: "bay example", Domain: "example.com"},
		{IP: "198.51.100.%d", City: "London", State: "England", Country: "United Kingdom", PostalCode: "EC1A", Lat: 51.52, Lon: -0.1, ASNumber: 64498, ASOrg: "thames example", ISP: "thames example", Domain: "example.org"},
		{IP: "198.51.100.%d", City: "Toronto", State: "Ontario", Country: "Canada", PostalCode: "M5V", Lat: 43.64, Lon: -79.39, ASNumber: 64499, ASOrg: "lake example", ISP: "lake example", Domain: "example.ca"},
		{IP: "192.0.2.%d", City: "Singapore", State: "", Country: "Singapore", PostalCode: "048619", Lat: 1.28, Lon: 103.85, ASNumber: 64500, ASOrg: "straits example", ISP: "straits example", Domain: "example.sg"},
	}
}

func agents() []string {
	return []string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
		"Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
	}
}

// past writes two weeks of ordinary life into the log.
func (s *seeder) past() {
	const events, days = 240, 14
	var active []*user
	for _, u := range s.people {
		if u.status == Active && s.end.Sub(u.lastLogin) < 60*24*time.Hour {
			active = append(active, u)
		}
	}
	for i := range events {
		u := active[s.rand.IntN(min(len(active), 500))]
		c := &change{Org: s.Org, actor: userActor(u), from: s.place(), id: s.ids.request(), session: s.ids.session(), path: "/idp/idx/identify"}
		c.when = s.end.Add(-days * 24 * time.Hour).Add(time.Duration(i) * days * 24 * time.Hour / events)
		s.scene(c, u)
		s.events.Append(c.pending...)
	}
}

// scene is one thing that happens on an ordinary day.
func (s *seeder) scene(c *change, u *user) {
	admin := s.people[0]
	switch roll := s.rand.IntN(100); {
	case roll < 55:
		c.emit("policy.evaluate_sign_on", fact{targets: policyTargets(c), result: "ALLOW", reason: "Sign-on policy evaluation resulted in ALLOW"})
		c.emit("user.authentication.auth_via_mfa", fact{targets: targets(u), debug: map[string]any{"factor": "OKTA_VERIFY_PUSH", "factorIntent": "AUTHENTICATION"}})
		c.emit("user.session.start", fact{targets: signInTargets(c, u)})
	case roll < 80:
		apps := appsOf(s.Org, u)
		a := apps[s.rand.IntN(len(apps))]
		c.path = "/app/" + a.name + "/" + a.id + "/sso/saml"
		f := appUserFact(a, &appUser{id: "0ua" + u.id[3:], userName: u.login()}, u)
		f.targets, f.debug = f.targets[:2], map[string]any{"initiationType": "IDP_INITIATED", "signOnMode": "SAML 2.0"}
		f.targets[0], f.targets[1] = f.targets[1], f.targets[0]
		c.emit("user.authentication.sso", f)
	case roll < 88:
		c.emit("user.session.start", fact{targets: signInTargets(c, u), result: "FAILURE", reason: "INVALID_CREDENTIALS"})
	case roll < 92:
		c.path, c.actor = "/api/v1/users/"+u.id+"/lifecycle/reset_password", userActor(admin)
		c.emit("user.account.reset_password", accessFact(c, u))
	case roll < 96:
		g := s.named["VPN users"]
		c.path, c.actor = "/api/v1/groups/"+g.id+"/users/"+u.id, userActor(admin)
		c.emit("group.user_membership.add", fact{targets: targets(g, u)})
	case roll < 98:
		c.emit("user.mfa.factor.activate", fact{targets: targets(u), reason: "User set up FIDO_WEBAUTHN factor"})
		c.emit("system.email.mfa_enroll_notification.sent_message", fact{targets: targets(u)})
	default:
		c.actor = systemlog.Actor{ID: c.from.IP, Type: "IP address", AlternateID: "unknown", DisplayName: c.from.IP}
		c.emit("security.threat.detected", fact{
			result: "DENY", reason: "Password Spray, Login Failures",
			debug: map[string]any{"threatSuspected": "true", "threatDetections": `{"Password Spray":"HIGH","Login Failures":"MEDIUM"}`},
		})
	}
}
