package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/event"
	"sallyport/internal/rule"
)

const reset = `{"uuid":"u1","eventType":"user.mfa.factor.reset_all","published":"2026-03-01T10:00:00Z",
"actor":{"id":"00a","type":"User","alternateId":"help.desk@example.com"},"client":{"ipAddress":"192.0.2.7"},
"authenticationContext":{"externalSessionId":"102abc"},"debugContext":{"debugData":{"dtHash":"d1"}},
"target":[{"id":"0oa1","type":"AppInstance","displayName":"Box"},{"id":"00b","type":"User","alternateId":"ada@example.com"}]}`

const stranger = `{"uuid":"u2","eventType":"user.session.start","published":"2026-03-01T10:00:00Z",
"actor":{"id":"unknown","type":"User","alternateId":"nobody@example.com"},"target":null}`

const threat = `{"uuid":"u3","eventType":"security.threat.detected","published":"2026-03-01T10:00:00Z",
"actor":{"id":"192.0.2.9","type":"IP address","alternateId":"unknown"},"client":null}`

func TestEntity(t *testing.T) {
	for name, tc := range map[string]struct {
		entity, event  string
		kind, id, name string
	}{
		"the default is who acted":                      {"", reset, "user", "00a", "help.desk@example.com"},
		"a target by its type":                          {"target:User", reset, "user", "00b", "ada@example.com"},
		"types are found in any case":                   {"target:appinstance", reset, "app", "0oa1", ""},
		"the first target":                              {"target", reset, "app", "0oa1", ""},
		"the second place, where the first has none":    {"target:UserGroup, actor", reset, "user", "00a", "help.desk@example.com"},
		"an address":                                    {"ip", reset, "ip", "192.0.2.7", "192.0.2.7"},
		"an address by its path":                        {"client.ipAddress", reset, "ip", "192.0.2.7", "192.0.2.7"},
		"a session":                                     {"session", reset, "session", "102abc", "102abc"},
		"any path":                                      {"debugContext.debugData.dtHash", reset, "other", "d1", "d1"},
		"the org":                                       {"org", reset, "org", "org", ""},
		"the org, where nothing is there":               {"target:Device,ip", stranger, "org", "org", ""},
		"someone without an account, by what was typed": {"actor", stranger, "user", "", "nobody@example.com"},
		"an address that acts":                          {"", threat, "ip", "192.0.2.9", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := rule.ParseEntity(tc.entity)
			if err != nil {
				t.Fatal(err)
			}
			ev, err := event.NewParser().Parse([]byte(tc.event))
			if err != nil {
				t.Fatal(err)
			}
			got := e.Of(ev)
			if diff := cmp.Diff([]string{tc.kind, tc.id, tc.name}, []string{got.Kind, got.ID, got.AlternateID}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEntityRefuses(t *testing.T) {
	for _, text := range []string{"someone", "actor,,ip", "target:", "a b", "target:User;ip"} {
		if e, err := rule.ParseEntity(text); err == nil {
			t.Errorf("%q is taken as %q", text, e)
		}
	}
}

func TestSeverity(t *testing.T) {
	for _, word := range []string{"informational", "low", "medium", "high", "critical"} {
		s, err := rule.ParseSeverity(word)
		if err != nil || s.String() != word {
			t.Errorf("%s: %s, %v", word, s, err)
		}
	}
	if s, err := rule.ParseSeverity(""); err != nil || s != rule.Medium {
		t.Errorf("nothing: %s, %v", s, err)
	}
	if _, err := rule.ParseSeverity("severe"); err == nil {
		t.Error("an unknown level is taken")
	}
	if rule.Critical < rule.High || rule.Low < rule.Informational {
		t.Error("severities are out of order")
	}
}
