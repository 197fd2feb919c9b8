// Package traffic makes up events for measurements and tests.
package traffic

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Traffic makes up the System Log of an organization of 5,000 people: events of
// the types, sizes and frequencies that Okta's logs have. The i-th event is the
// same in every run. One in 200 is one that a rule of SigmaHQ is about; others
// come near to it.
type Traffic struct {
	pcg *rand.PCG
	*rand.Rand
}

// New returns the log of that organization. It is not safe for concurrent use.
func New() Traffic {
	pcg := rand.NewPCG(0, 0)
	return Traffic{pcg, rand.New(pcg)} //nolint:gosec // it is to be the same in every run
}

// occasion is a type of event, and what it looks like.
type occasion struct {
	weight                int // among all of them
	name, legacy, message string
	target                string // what its targets are: app, user, factor, group, policy, other, none
	signOn                bool   // it has what Okta found out about the person
	failing               int    // in a thousand
	failed, reason        string // outcome, and its reason
}

//nolint:gochecknoglobals // a table
var occasions = []occasion{
	{weight: 250, name: "user.authentication.sso", legacy: "app.auth.sso", message: "User single sign on to app", target: "app", signOn: true},
	{weight: 250, name: "policy.evaluate_sign_on", message: "Evaluation of sign-on policy", target: "policy", signOn: true, failing: 20, failed: "DENY", reason: "Sign-on policy evaluation resulted in DENY"},
	{weight: 120, name: "user.authentication.auth_via_mfa", legacy: "core.user.factor.attempt_success", message: "Authentication of user via MFA", target: "factor", signOn: true, failing: 40, failed: "FAILURE", reason: "INVALID_CREDENTIALS"},
	{weight: 100, name: "user.session.start", legacy: "core.user_auth.login_success", message: "User login to Okta", target: "app", signOn: true, failing: 150, failed: "FAILURE", reason: "INVALID_CREDENTIALS"},
	{weight: 35, name: "app.oauth2.token.grant.access_token", legacy: "app.oauth2.token.grant.access_token_success", message: "OAuth2 access token is granted", target: "app"},
	{weight: 25, name: "app.oauth2.token.grant.id_token", legacy: "app.oauth2.token.grant.id_token_success", message: "OIDC id token is granted", target: "app"},
	{weight: 30, name: "app.oauth2.authorize.code", legacy: "app.oauth2.authorize.code_success", message: "OIDC authorization code request", target: "app"},
	{weight: 25, name: "user.authentication.verify", message: "Verify user identity", target: "factor", signOn: true},
	{weight: 20, name: "user.authentication.authenticate", message: "Authenticate user via an identity source", target: "other"},
	{weight: 15, name: "user.session.end", legacy: "core.user_auth.logout_success", message: "User logout from Okta", target: "none"},
	{weight: 12, name: "user.session.access_admin_app", legacy: "app.admin.sso.login.success", message: "User accessing Okta admin app", target: "app"},
	{weight: 12, name: "app.generic.unauth_app_access_attempt", legacy: "app.generic.unauth_app_access", message: "User attempted to open an app", target: "app", failing: 1000, failed: "FAILURE"},
	{weight: 10, name: "group.user_membership.add", legacy: "core.user_group_member.user_add", message: "Add user to group membership", target: "group"},
	{weight: 8, name: "group.user_membership.remove", legacy: "core.user_group_member.user_remove", message: "Remove user from group membership", target: "group"},
	{weight: 8, name: "application.user_membership.add", legacy: "app.generic.provision.assign_user_to_app", message: "Add user to application membership", target: "app"},
	{weight: 6, name: "application.user_membership.remove", legacy: "app.generic.provision.deactivate_user_from_app", message: "Remove user's application membership", target: "app"},
	{weight: 6, name: "application.provision.user.push", legacy: "app.user_management.push_profile_success", message: "Push user's profile to external application", target: "app"},
	{weight: 6, name: "application.provision.user.sync", legacy: "app.user_management.user_group_import.upsert_success", message: "Sync user in external application", target: "app"},
	{weight: 5, name: "user.account.update_profile", legacy: "core.user.config.profile_update.success", message: "Update user profile for Okta", target: "user"},
	{weight: 4, name: "user.account.update_password", legacy: "core.user.config.password_update.success", message: "User update password for Okta", target: "user"},
	{weight: 3, name: "user.account.reset_password", legacy: "core.user.config.user_password_reset", message: "User reset password for Okta (by admin)", target: "user"},
	{weight: 3, name: "user.account.unlock", legacy: "core.user_auth.account_unlocked", message: "Unlock user account for Okta", target: "user"},
	{weight: 3, name: "user.mfa.factor.activate", legacy: "core.user.factor.activate", message: "Enroll new authenticator or recovery factor for user", target: "factor"},
	{weight: 3, name: "user.mfa.factor.update", legacy: "core.user.factor.update", message: "Update factor for user", target: "factor"},
	{weight: 3, name: "user.mfa.okta_verify.deny_push", legacy: "core.user.factor.deny_push", message: "User rejected Okta push verify", target: "factor", failing: 1000, failed: "FAILURE"},
	{weight: 3, name: "user.lifecycle.deactivate", legacy: "core.user.config.user_deactivated", message: "Deactivate Okta user", target: "user"},
	{weight: 2, name: "user.lifecycle.suspend", legacy: "core.user.config.user_status.suspended", message: "Suspend Okta user", target: "user"},
	{weight: 4, name: "device.enrollment.create", message: "Create device enrollment", target: "other"},
	{weight: 3, name: "device.user.add", message: "Add user to device", target: "other"},
	{weight: 3, name: "system.push.send_factor_verify_push", legacy: "mim.push.send_factor_verify_push", message: "Send factor verification push notification", target: "factor"},
	{weight: 3, name: "system.email.send_factor_verify_message", legacy: "core.user.email.send_factor_verify", message: "Send email with factor verification", target: "user"},
	{weight: 3, name: "system.agent.ad.realtimesync", legacy: "app.ad.agent.realtimesync", message: "Real-time sync of AD agent", target: "other"},
	{weight: 2, name: "system.org.rate_limit.warning", legacy: "core.framework.ratelimit.warning", message: "Rate limit warning", target: "other"},
	{weight: 2, name: "system.import.complete", legacy: "app.inbound.import.complete", message: "Complete import from application", target: "app"},
	{weight: 2, name: "user.risk.change", message: "User risk level changed", target: "user"},
	{weight: 1, name: "group.lifecycle.create", legacy: "core.group.create", message: "Create Okta group", target: "group"},
	{weight: 1, name: "application.lifecycle.activate", legacy: "app.generic.config.app_activated", message: "Activate application", target: "app"},
	{weight: 1, name: "application.lifecycle.create", legacy: "app.generic.config.app_created", message: "Create application", target: "app"},
	{weight: 1, name: "policy.rule.activate", legacy: "policy.rule.activate", message: "Activate policy rule", target: "policy"},
	{weight: 1, name: "policy.lifecycle.create", legacy: "policy.create", message: "Create policy", target: "policy"},
	{weight: 1, name: "zone.update", legacy: "network_zone.rule.update", message: "Update of a network zone", target: "other"},
	{weight: 1, name: "app.oauth2.client.lifecycle.create", message: "Create OAuth client", target: "app"},
	{weight: 1, name: "user.credential.enroll", message: "Enroll a credential", target: "user"},
	{weight: 1, name: "workflows.user.flow.run", message: "Run of a flow", target: "other"},
}

// hit is an event that a rule of SigmaHQ is about: an occasion with some of its
// features replaced.
type hit struct {
	of, legacy, message string
	uri, actor          string
	target              string
	reason              string
	proxy, positive     bool
}

//nolint:gochecknoglobals // a table
var hits = []hit{
	{of: "iam.resourceset.bindings.add"},
	{of: "user.lifecycle.create"},
	{of: "policy.rule.update"},
	{of: "policy.rule.delete"},
	{of: "user.authentication.auth_via_mfa", reason: "FastPass declined phishing attempt"},
	{of: "app.generic.unauth_app_access_attempt", message: "User attempted unauthorized access to app"},
	{of: "user.account.lock", message: "Max sign in attempts exceeded"},
	{of: "system.api_token.revoke"},
	{of: "system.api_token.create"},
	{of: "user.authentication.sso", uri: "/reports/password-health/async_csv_download_schedule"},
	{of: "policy.evaluate_sign_on", target: "Okta Admin Console", positive: true},
	{of: "application.lifecycle.update"},
	{of: "application.lifecycle.delete"},
	{of: "user.session.start", proxy: true},
	{of: "user.mfa.factor.deactivate"},
	{of: "user.mfa.factor.reset_all"},
	{of: "group.privilege.grant"},
	{of: "user.account.privilege.grant"},
	{of: "user.lifecycle.activate", target: "svc_network_backup"},
	{of: "security.threat.detected"},
	{of: "user.account.report_suspicious_activity_by_enduser"},
	{of: "user.session.start", legacy: "core.user_auth.login_failed", actor: "Winter2026!"},
	{of: "policy.lifecycle.update"},
	{of: "policy.lifecycle.delete"},
	{of: "user.authentication.sso", uri: "/admin/user/profile", proxy: true},
	{of: "zone.deactivate"},
	{of: "zone.delete"},
	{of: "system.idp.lifecycle.create"},
	{of: "application.policy.sign_on.update"},
	{of: "application.policy.sign_on.rule.delete"},
}

// HitEvery is how often an event is one that a rule of SigmaHQ is about: that
// whose number is one less than a multiple.
const HitEvery = 200

// scene is one event to be.
type scene struct {
	occasion

	planted        hit
	i, person, app int
	at             time.Time
	failedNow      bool
	fromProxy      bool
	uriNow         string
}

// Event appends the i-th event, a JSON object.
func (t Traffic) Event(b []byte, i int) []byte {
	t.pcg.Seed(2026, uint64(i)) //nolint:gosec // a number
	s := t.scene(i)
	b = append(b, '{')
	b = t.actor(b, s)
	b = t.client(b, s)
	b = t.context(b, s)
	b = t.debug(b, s)
	b = t.rest(b, s)
	b = t.targets(b, s)
	return append(b, '}')
}

func (t Traffic) scene(i int) scene {
	s := scene{i: i, person: t.person(), app: t.IntN(90), at: time.Unix(1767225600+int64(i/100), int64(i%100)*1e7).UTC()}
	if i%HitEvery == HitEvery-1 {
		s.planted = hits[i/HitEvery%len(hits)]
		s.occasion = occasion{name: s.planted.of, message: "Something that is seldom done", target: "other"}
		for _, o := range occasions {
			if o.name == s.planted.of {
				s.occasion = o
			}
		}
	} else {
		at := t.IntN(totalWeight())
		for _, s.occasion = range occasions {
			if at -= s.weight; at < 0 {
				break
			}
		}
	}
	s.failedNow = t.IntN(1000) < s.failing || s.planted.reason != ""
	s.fromProxy = s.planted.proxy || s.planted.of == "" && s.name != "user.session.start" && t.IntN(40) == 0
	s.uriNow = t.uri(s)
	return s
}

func totalWeight() int {
	sum := 0
	for _, o := range occasions {
		sum += o.weight
	}
	return sum
}

// person is more often one of those who work much.
func (t Traffic) person() int { return min(t.IntN(5000), t.IntN(5000)) }

func (t Traffic) of(words ...string) string { return words[t.IntN(len(words))] }

func (t Traffic) uri(s scene) string {
	switch {
	case s.planted.uri != "":
		return s.planted.uri
	case !s.fromProxy && t.IntN(55) == 0:
		return fmt.Sprintf("/admin/user/profile/view/00u%017d", s.person)
	case s.target == "app":
		return fmt.Sprintf("/app/%s/exk%017d/sso/saml", t.of("office365", "salesforce", "slack", "google", "workday"), s.app)
	}
	return t.of("/idp/idx/identify", "/idp/idx/challenge/answer", "/api/v1/authn", "/oauth2/v1/token", "/login/token/redirect")
}

func (t Traffic) actor(b []byte, s scene) []byte {
	login := fmt.Sprintf("person%d@acme.example", s.person)
	if s.planted.actor != "" {
		login = s.planted.actor
	}
	if s.planted.of == "" && t.IntN(25) == 0 {
		return fmt.Appendf(b, `"actor":{"id":"0oa%017d","type":"PublicClientApp","alternateId":"0oa%017d","displayName":"%s","detailEntry":null},`, s.app, s.app, t.of("Provisioning", "Workflows", "Terraform"))
	}
	return fmt.Appendf(b, `"actor":{"id":"00u%017d","type":"User","alternateId":"%s","displayName":"%s Number %d","detailEntry":null},`, s.person, login, []string{"Ada", "Grace", "Jürgen", "Zoë", "Linus"}[s.person%5], s.person)
}

// place is where a person is: at home, but for one in 300 events.
func (t Traffic) place(b []byte, s scene) []byte {
	at := s.person % len(places)
	if t.IntN(300) == 0 {
		at = t.IntN(len(places))
	}
	return append(b, places[at]...)
}

//nolint:gochecknoglobals // a table
var places = []string{
	`{"city":"Lyon","state":"Auvergne-Rhône-Alpes","country":"France","postalCode":"69001","geolocation":{"lat":45.7485,"lon":4.8467}}`,
	`{"city":"San Francisco","state":"California","country":"United States","postalCode":"94105","geolocation":{"lat":37.7852,"lon":-122.3874}}`,
	`{"city":"Bengaluru","state":"Karnataka","country":"India","postalCode":"560002","geolocation":{"lat":12.9634,"lon":77.5855}}`,
	`{"city":null,"state":null,"country":"Germany","postalCode":null,"geolocation":{"lat":51.2993,"lon":9.491}}`,
}

func (t Traffic) address(s scene) string {
	return fmt.Sprintf("203.0.%d.%d", s.person/250%250, s.person%250)
}

func (t Traffic) client(b []byte, s scene) []byte {
	agent, os, browser := "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Mac OS X", "CHROME"
	device := "Computer"
	switch s.person % 4 {
	case 0:
		agent, os, browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36", "Windows 10", "CHROME"
	case 1:
		agent, os, browser = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", "iOS (iPhone)", "UNKNOWN"
		device = "Mobile"
	}
	b = fmt.Appendf(b, `"client":{"userAgent":{"rawUserAgent":"%s","os":"%s","browser":"%s"},"zone":"%s","device":"%s","id":null,"ipAddress":"%s","geographicalContext":`,
		agent, os, browser, t.of("null", "null", "OfficeZone"), device, t.address(s))
	return append(t.place(b, s), `},"device":null,`...)
}

func (t Traffic) context(b []byte, s scene) []byte {
	session := s.person*1_000_000_000 + s.i/20000 // nobody has another's
	b = fmt.Appendf(b, `"authenticationContext":{"authenticationProvider":null,"credentialProvider":%s,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":%d,"rootSessionId":"idx%018d","externalSessionId":"idx%018d"},`,
		t.of("null", `"OKTA_CREDENTIAL_PROVIDER"`), t.IntN(2), session, session)
	result, reason, message := "SUCCESS", "null", s.message
	if s.name == "policy.evaluate_sign_on" {
		result, reason = t.of("ALLOW", "ALLOW", "CHALLENGE"), `"Sign-on policy evaluation resulted in ALLOW"`
	}
	if s.failedNow {
		result = s.failed
		if why := s.reason; why != "" {
			reason = `"` + why + `"`
		}
	}
	if s.planted.reason != "" {
		reason = `"` + s.planted.reason + `"`
	}
	if s.planted.message != "" {
		message = s.planted.message
	}
	b = fmt.Appendf(b, `"displayMessage":"%s","eventType":"%s","outcome":{"result":"%s","reason":%s},"published":"%s",`, message, s.name, result, reason, s.at.Format("2006-01-02T15:04:05.000Z"))
	return fmt.Appendf(b, `"securityContext":{"asNumber":%d,"asOrg":"carrier","isp":"carrier","domain":"carrier%d.example","isProxy":%t},"severity":"%s",`,
		3000+s.person%50, s.person%50, s.fromProxy, t.of("INFO", "INFO", "INFO", "WARN"))
}

func (t Traffic) debug(b []byte, s scene) []byte {
	b = fmt.Appendf(b, `"debugContext":{"debugData":{"requestId":"%016x%016x","requestUri":"%s","url":"%s?"`, t.Uint64(), t.Uint64(), s.uriNow, s.uriNow)
	if t.IntN(3) == 0 {
		b = fmt.Appendf(b, `,"dtHash":"%016x%016x%016x%016x"`, t.Uint64(), t.Uint64(), t.Uint64(), t.Uint64())
	}
	if s.signOn {
		b = fmt.Appendf(b, `,"deviceFingerprint":"%016x%016x","threatSuspected":"false"`, t.Uint64(), t.Uint64())
		sign := func() string { return t.of("NEGATIVE", "NEGATIVE", "NEGATIVE", "POSITIVE") }
		if s.name == "policy.evaluate_sign_on" && s.targetName() == "Okta Admin Console" {
			sign = func() string { return "NEGATIVE" }
		}
		if s.planted.positive {
			sign = func() string { return "POSITIVE" }
		}
		level := t.of("LOW", "LOW", "MEDIUM")
		geo, device, ip := sign(), sign(), sign()
		b = fmt.Appendf(b, `,"behaviors":"{New Geo-Location=%s, New Device=%s, New IP=%s, New State=NEGATIVE, New Country=NEGATIVE, Velocity=NEGATIVE}","risk":"{reasons=Anomalous Device, level=%s}"`, geo, device, ip, level)
		if t.IntN(100) < 28 {
			b = fmt.Appendf(b, `,"logOnlySecurityData":"{\"risk\":{\"level\":\"%s\"},\"behaviors\":{\"New Geo-Location\":\"%s\",\"New Device\":\"%s\",\"New IP\":\"%s\",\"New State\":\"NEGATIVE\",\"New Country\":\"NEGATIVE\",\"Velocity\":\"NEGATIVE\",\"New City\":\"NEGATIVE\"}}"`, level, geo, device, ip)
		}
	}
	if s.target == "app" {
		b = fmt.Appendf(b, `,"initiationType":"%s","signOnMode":"%s"`, t.of("DASHBOARD_INITIATED", "SP_INITIATED"), t.of("SAML_2_0", "OPENID_CONNECT"))
	}
	if s.target == "factor" {
		b = fmt.Appendf(b, `,"factor":"%s","factorIntent":"AUTHENTICATION"`, t.of("OKTA_VERIFY_PUSH", "SIGNED_NONCE", "FIDO_WEBAUTHN", "PASSWORD_AS_FACTOR"))
	}
	return append(b, "}},"...)
}

func (t Traffic) rest(b []byte, s scene) []byte {
	legacy := "null"
	if s.legacy != "" {
		legacy = `"` + s.legacy + `"`
	}
	if s.name == "user.session.start" && s.failedNow {
		legacy = `"core.user_auth.login_failed"`
	}
	if s.planted.legacy != "" {
		legacy = `"` + s.planted.legacy + `"`
	}
	// A UUID of version 1, as Okta's are: 100 ns since the year 1582.
	ticks := uint64(s.at.UnixNano()/100) + 0x01b21dd213814000
	b = fmt.Appendf(b, `"legacyEventType":%s,"transaction":{"type":"WEB","id":"%016x%016x","detail":{}},"uuid":"%08x-%04x-1%03x-9c3a-%012x","version":"0",`,
		legacy, t.Uint64(), t.Uint64(), uint32(ticks), uint16(ticks>>32), ticks>>48, s.i) //nolint:gosec // parts of the ticks
	b = append(b, `"request":{"ipChain":[`...)
	for n := range 1 + t.IntN(5)/4 {
		if n > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"ip":"%s","geographicalContext":`, t.address(s))
		b = append(t.place(b, s), `,"version":"V4","source":null}`...)
	}
	return append(b, `]},`...)
}

// targetName is the name of an event's main target.
func (s scene) targetName() string {
	switch {
	case s.planted.target != "":
		return s.planted.target
	case s.target == "policy" && s.i%40 == 0:
		return "Okta Admin Console"
	case s.target == "policy":
		return fmt.Sprintf("Policy %d", s.app%12)
	}
	return fmt.Sprintf("Application %d", s.app)
}

func (t Traffic) targets(b []byte, s scene) []byte {
	name := s.targetName()
	user := fmt.Sprintf(`{"id":"00u%017d","type":"User","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null}`, s.person, s.person, s.person)
	app := fmt.Sprintf(`{"id":"0oa%017d","type":"AppInstance","alternateId":"%s","displayName":"%s","detailEntry":{"signOnModeType":"SAML_2_0"}}`, s.app, name, name)
	b = append(b, `"target":[`...)
	switch s.target {
	case "app":
		b = fmt.Appendf(b, `%s,{"id":"0ua%017d","type":"AppUser","alternateId":"person%d@acme.example","displayName":"Person Number %d","detailEntry":null}`, app, s.person, s.person, s.person)
	case "user":
		b = append(b, user...)
	case "factor":
		b = fmt.Appendf(b, `%s,{"id":"pfd%017d","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"Okta Verify","detailEntry":{"methodTypeUsed":"%s"}}`, user, s.person, t.of("Get a push notification", "Password", "Use Okta FastPass"))
	case "group":
		b = fmt.Appendf(b, `%s,{"id":"00g%017d","type":"UserGroup","alternateId":"unknown","displayName":"Group %d","detailEntry":null}`, user, s.app, s.app)
	case "policy":
		b = fmt.Appendf(b, `%s,{"id":"0pr%017d","type":"PolicyEntity","alternateId":"unknown","displayName":"Policy %d","detailEntry":{"policyType":"OktaSignOn"}}`, app, s.app, s.app%12)
	case "other":
		b = fmt.Appendf(b, `{"id":"oth%017d","type":"Other","alternateId":"unknown","displayName":"%s","detailEntry":null}`, s.app, name)
	}
	return append(b, ']')
}
