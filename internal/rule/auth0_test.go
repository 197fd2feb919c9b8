package rule_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

const auth0Corpus = "../../../shared/corpus/auth0-detections"

// published loads Okta's rules for Auth0 as they are published.
func published(t *testing.T, placeholders map[string][]string) (*rule.Shelf, rule.Report) {
	t.Helper()
	if _, err := os.Stat(auth0Corpus); err != nil {
		t.Skip("there is no ../shared/corpus/auth0-detections")
	}
	shelf, report, err := rule.Load(rule.Source{Name: "auth0", FS: os.DirFS(auth0Corpus), Placeholders: placeholders})
	if err != nil {
		t.Fatal(err)
	}
	return shelf, report
}

// Okta's 33 rules for Auth0, and their 8 correlations, are read as they are. What
// is told of them are the placeholders that nobody has filled in.
func TestPublishedAuth0RulesLoad(t *testing.T) {
	shelf, report := published(t, nil)
	for _, p := range report.Problems {
		if !p.Warning {
			t.Errorf("%s", p)
		}
	}
	counts := map[rule.Language]int{}
	for _, r := range shelf.With("auth0") {
		counts[r.Language]++
		if r.About() != rule.Auth0 {
			t.Errorf("%s is about %s", r.Slug, r.About())
		}
	}
	if report.Files != 33 || report.Foreign != 0 || counts[rule.Sigma] != 33 || counts[rule.Correlation] != 8 || report.Rules != 33 {
		t.Errorf("%+v, %v", report, counts)
	}
}

// made are entries of which each of the published rules holds.
func made() map[string]string {
	const sapi = `"type":"sapi","description":`
	return map[string]string{
		"attack_protection_features_turned_off":                     sapi + `"Update Brute-force settings","details":{"request":{"body":{"enabled":false}},"response":{"body":{"enabled":false}}}`,
		"bot_detection_turned_off":                                  sapi + `"Create or update the anomaly detection captcha","details":{"response":{"statusCode":200,"body":{"policy":"off"}}}`,
		"breached_password_detection_settings_manipulated":          sapi + `"Update Breached Password Detection settings","details":{"response":{"body":{"enabled":true,"shields":["block"],"stage":{"pre-user-registration":{"shields":[]}}}}}`,
		"brute_force_critical_settings_manipulated":                 sapi + `"Update Brute-force settings","details":{"response":{"body":{"enabled":true,"shields":["user_notification"]}}}`,
		"client_with_overpermissive_granted_scopes":                 sapi + `"Update client grant","client_id":"somebody"`,
		"credential_stuffing_signals":                               `"type":"fp","ip":"192.0.2.1"`,
		"cross_origin_authentication_enabled":                       sapi + `"Update a client","details":{"response":{"body":{"cross_origin_authentication":true}}}`,
		"grant_mgn_api_scopes":                                      sapi + `"Update client grant","details":{"request":{"body":{"scope":["read:a","update:users"]}},"response":{"body":{"audience":"https://acme.auth0.com/api/v2/","client_id":"evil"}}}`,
		"insecure_grants_enabled_for_applications":                  sapi + `"Update a client","details":{"response":{"statusCode":200,"body":{"grant_types":["authorization_code","password"]}}}`,
		"liquidjs_xss_vulnerability":                                sapi + `"Update tenant settings","details":{"response":{"body":{"error_page":{"html":"<p>{{error_description}}</p>"}}}}`,
		"logins_from_suspicious_tls_fingerprints":                   `"type":"s","security_context":{"ja4":"t13d"}`,
		"logins_or_signups_from_suspicious_ips":                     `"type":"s","ip":"192.0.2.1"`,
		"many_failed_authorization_requests":                        `"type":"f","description":"Callback URL mismatch. x is not in the list"`,
		"many_unverified_accounts_created":                          `"type":"ss","user_name":"ada@acme.example","user_id":"auth0|1"`,
		"mfa_donwgrade_risk_assessment_disabled":                    sapi + `"Updates risk assessment configs","details":{"response":{"statusCode":200,"body":{"AfterAuthentication":false}}}`, //nolint:misspell // its name
		"mfa_downgrade_detect_disable_factors":                      sapi + `"Update multi-factor authentication type","details":{"request":{"body":{"enabled":false}}}`,
		"mfa_downgrade_disable_mfa_policies":                        sapi + `"Update multi-factor authentication policies","details":{"response":{"body":["confidence-score"]}}`,
		"multiple_phone_numbers_are_registered_as_mfa":              `"type":"gd_enrollment_complete","description":"Guardian - Enrollment complete (sms)"`,
		"rapid_creation_of_clients_with_dynamic_registration":       sapi + `"Dynamic client registration"`,
		"refresh_token_from_multiple_user_agent":                    `"type":"sertft","user_name":"ada","user_id":"auth0|1","client_id":"app1","user_agent":"Chrome","details":{"familyId":"f1"}`,
		"refresh_token_from_too_many_locations":                     `"type":"sertft","user_name":"ada","user_id":"auth0|1","client_id":"app1","ip":"192.0.2.1","details":{"familyId":"f1"}`,
		"refresh_token_reuse":                                       `"type":"ferrt","description":"Unsuccessful Refresh Token exchange, reused refresh token detected","user_id":"auth0|1"`,
		"risk_for_mfa_push_fatigue":                                 `"type":"gd_send_pn","description":"Guardian - Second factor notification sent"`,
		"risk_of_copying_client_credentials":                        `"type":"mgmt_api_read","description":"Get client by ID","details":{"accessedSecrets":["client_secret"],"response":{"body":{"client_id":"critical-client_id-1"}}}`,
		"risk_of_copying_the_most_powerful_token":                   `"type":"seccft","client_id":"explorer"`,
		"risk_of_signup_fraud_by_disposable_domains":                `"type":"ss","user_name":"x@yopmail.com","ip":"192.0.2.1"`,
		"risk_of_signup_fraud_by_volume":                            `"type":"fs","ip":"192.0.2.1"`,
		"risk_of_tenant_takeover":                                   sapi + `"Delete tenant member","details":{"request":{"body":{"roles":["owner"]}}}`,
		"same_guardian_app_is_registered_for_mfa_in_multiple_users": `"type":"gd_enrollment_complete","description":"Guardian - Enrollment complete"`,
		"sms_bombarding":                                            `"type":"gd_send_sms","description":"Guardian - Second factor sms sent"`,
		"suspicious_ip_throttling_critical_settings_manipulated":    sapi + `"Update Suspicious IP Throttling settings"`,
		"unrecognized_ip_in_allowlist":                              sapi + `"Update Brute-force settings","details":{"request":{"body":{"allowlist":["198.51.100.0/24"]}}}`,
		"use_of_auth0_tenant_name_url":                              `"type":"s","hostname":"acme.auth0.com"`,
	}
}

// entries makes events of what stands in an entry, a minute apart.
func entries(t *testing.T, bodies ...string) []event.Event {
	t.Helper()
	var all []event.Event
	parser := auth0.NewParser()
	for i, body := range bodies {
		at := time.Date(2026, 3, 2, 9, i, 0, 0, time.UTC).Format(time.RFC3339)
		e, err := parser.Parse(fmt.Appendf(nil, `{"log_id":"90%03d","data":{"log_id":"90%03d","date":%q,%s}}`, i, i, at, body))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// disguised makes events of Okta's of the same things: an attacker who writes into
// an Okta org's log what an Auth0 tenant's would say.
func disguised(t *testing.T, of []event.Event) []event.Event {
	t.Helper()
	var all []event.Event
	for _, e := range of {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(e.Raw, &fields); err != nil {
			t.Fatal(err)
		}
		fields["eventType"] = json.RawMessage(`"user.session.start"`)
		raw, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		other, err := event.NewParser().Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, other)
	}
	return all
}

// fires reports whether a rule, and nothing but it, finds something in events, or
// would after a year.
func fires(t *testing.T, r *rule.Rule, events []event.Event) bool {
	t.Helper()
	book, err := rule.NewBook([]*rule.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	var memory correlate.Memory
	hits, err := book.Detect(t.Context(), events, &memory)
	if err != nil {
		t.Fatal(err)
	}
	find := func(_ context.Context, uuid string) (event.Event, bool, error) {
		for _, e := range events {
			if e.UUID == uuid {
				return e, true, nil
			}
		}
		return event.Event{}, false, nil
	}
	due, err := book.Due(t.Context(), events[0].Published.AddDate(1, 0, 0), &memory, find)
	if err != nil {
		t.Fatal(err)
	}
	return len(hits)+len(due) > 0
}

// Each of the published rules fires at what it is about, and at nothing that an
// Okta org says.
func TestPublishedAuth0RulesFire(t *testing.T) {
	shelf, _ := published(t, map[string][]string{
		"your-tenant-domain": {"acme.auth0.com"}, "your-tenant-url": {"acme.auth0.com"}, "api_explorer_client_id": {"explorer"},
		"global_client_id": {"dashboard"}, "trusted-client_id-1": {"known"}, "trusted-client_id-2": {"known too"},
	})
	bodies := made()
	again := map[string]string{ // what a correlation wants besides
		"logins_or_signups_from_suspicious_ips": `"type":"pla","ip":"192.0.2.1","details":{"requiresVerification":true}`,
		"credential_stuffing_signals":           `"type":"fu","ip":"192.0.2.1"`,
	}
	for _, r := range shelf.All() {
		body, ok := bodies[r.Slug]
		if !ok {
			t.Errorf("no entry is made for %s", r.Slug)
			continue
		}
		events := entries(t, body)
		if more, ok := again[r.Slug]; ok {
			events = entries(t, body, more)
		}
		if !fires(t, r, events) {
			t.Errorf("%s does not fire", r.Slug)
		}
		if fires(t, r, disguised(t, events)) {
			t.Errorf("%s fires at an event of Okta's", r.Slug)
		}
		if quiet := entries(t, `"type":"slo","ip":"192.0.2.9","user_id":"auth0|9"`); fires(t, r, quiet) {
			t.Errorf("%s fires at a logout", r.Slug)
		}
		delete(bodies, r.Slug)
	}
	for slug := range bodies {
		t.Errorf("there is no rule %s", slug)
	}
}

// A rule about Okta's events that would hold of anything does not hold of an entry
// of Auth0's log, and the reverse.
func TestRulesKeepToTheirProduct(t *testing.T) {
	const any = "title: Failed\nid: %s\nlogsource: { product: %s }\ndetection: { s: { outcome.result: FAILURE }, condition: s }\n"
	shelf, report := load(t, map[string]string{
		"o.yaml": fmt.Sprintf(any, "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1", "okta"),
		"a.yaml": fmt.Sprintf(any, "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a2", "auth0"),
		"x.yaml": fmt.Sprintf(any, "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a3", "windows"),
	})
	if report.Foreign != 1 || len(shelf.All()) != 2 {
		t.Fatalf("%+v", report)
	}
	of := map[rule.Product][]event.Event{rule.Auth0: entries(t, `"type":"fp","ip":"192.0.2.1"`)}
	of[rule.Okta] = disguised(t, of[rule.Auth0])
	for _, r := range shelf.All() {
		for product, events := range of {
			if got := fires(t, r, events); got != (product == r.About()) {
				t.Errorf("the rule about %s on events of %s: %v", r.About(), product, got)
			}
		}
	}
}

// What no entry of Auth0's log has is warned of.
func TestLintAuth0(t *testing.T) {
	l, err := rule.NewLinter()
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		"data.type: fp":                         "",
		"data.type: nosuch":                     "Auth0's log has no type nosuch",
		"data.usr_id: x":                        "no event has data.usr_id",
		"data.details.anything.at.all: x":       "",
		"client.ipAddress: 192.0.2.1":           "",
		"log_id: '1'":                           "",
		"eventType: auth0.fp":                   "",
		"data.details.response.body.scope: [a]": "",
	} {
		shelf, _ := load(t, map[string]string{"a.yaml": "title: A\nid: 6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1\nlogsource: { product: auth0 }\ndetection:\n  s:\n    " + body + "\n  condition: s\n"})
		got := problems(rule.Report{Problems: l.Lint(shelf.All()[0], true)})
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
