package timeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"sallyport/internal/detect/plain"
	"sallyport/internal/event"
	"sallyport/internal/inventory"
)

func parse(t testing.TB, raw string) event.Event {
	t.Helper()
	e, err := event.NewParser().Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// happened is an event of a type, by an actor, on some targets.
func happened(t testing.TB, eventType, actor string, targets ...string) event.Event {
	list := []map[string]string{}
	for _, id := range targets {
		list = append(list, map[string]string{"id": id, "type": "User"})
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, fmt.Sprintf(`{"uuid":"u1","eventType":%q,"published":"2026-01-02T03:04:05.006Z","actor":{"id":%q,"type":"User","alternateId":"typed@acme.example"},"target":%s}`, eventType, actor, text))
}

func TestKinds(t *testing.T) {
	ada := Subject{ID: "00uada", Login: "ada@acme.example"}
	for _, c := range []struct {
		event event.Event
		want  Kind // empty where it is not about her
	}{
		{happened(t, "user.session.start", "00uada"), SignIn},
		{happened(t, "user.authentication.sso", "00uada", "0oawiki"), SignIn},
		{happened(t, "user.authentication.auth_via_IDP", "00uada"), SignIn},
		{happened(t, "user.authentication.auth_via_mfa", "00uada", "00uada"), Session},
		{happened(t, "policy.evaluate_sign_on", "00uada", "rul1"), Session},
		{happened(t, "user.session.end", "00uada"), Session},
		{happened(t, "user.mfa.factor.reset_all", "00uboss", "00uada"), Session},
		{happened(t, "user.mfa.factor.reset_all", "00uada", "00uother"), Admin},
		{happened(t, "user.session.clear", "00uada", "00uother"), Admin},
		{happened(t, "group.user_membership.add", "00uada", "00uother", "00g1"), Admin},
		{happened(t, "group.user_membership.add", "00uboss", "00uada", "00g1"), Change},
		{happened(t, "user.account.update_profile", "00uada", "00uada"), Change},
		{happened(t, "system.api_token.create", "00uada"), Admin},
		{happened(t, "user.lifecycle.suspend", "00uboss", "00uother"), ""},
		{happened(t, "user.session.start", "unknown"), ""},
	} {
		decoded, err := plain.Decode(c.event.Raw)
		if err != nil {
			t.Fatal(err)
		}
		about, _ := ada.Events([]Kind{SignIn, Session, Admin, Change})
		if got := plain.Holds(about, decoded); got != (c.want != "") {
			t.Errorf("%s by %s is about her: %t", c.event.Type, c.event.Actor.ID, got)
		}
		if c.want != "" && ada.KindOf(c.event) != c.want {
			t.Errorf("%s by %s is %s, want %s", c.event.Type, c.event.Actor.ID, ada.KindOf(c.event), c.want)
		}
		for _, k := range Kinds() {
			filter, some := ada.Events([]Kind{k})
			if some != slices.Contains([]Kind{SignIn, Session, Admin, Change}, k) {
				t.Errorf("events tell of %s: %t", k, some)
			}
			if got := some && plain.Holds(filter, decoded); got != (k == c.want) {
				t.Errorf("%s by %s passes the filter of %s: %t", c.event.Type, c.event.Actor.ID, k, got)
			}
		}
	}
	typed := Subject{Login: "Typed@acme.example"}
	filter, _ := typed.Events([]Kind{SignIn})
	if decoded, err := plain.Decode(happened(t, "user.session.start", "unknown").Raw); err != nil || !plain.Holds(filter, decoded) {
		t.Errorf("a sign-in as nobody is not found by the login that was typed: %v", err)
	}
}

const entered = `{"uuid":"u2","eventType":"user.session.start","published":"2026-01-02T03:04:05Z","outcome":{"result":"SUCCESS"},"actor":{"id":"00uada","type":"User"},
	"client":{"ipAddress":"198.51.100.7","zone":"Office","device":"Computer","userAgent":{"os":"Mac OS X","browser":"CHROME"},"geographicalContext":{"city":"Bonn","state":"unknown","country":"Germany","geolocation":{"lat":50.7,"lon":7.1}}},
	"securityContext":{"asNumber":64500,"asOrg":"Acme Net","isp":"Acme","isProxy":false},"device":{"id":"guo1","name":"Ada's Mac","managed":true,"registered":false},
	"debugContext":{"debugData":{"dtHash":"d1"}},"transaction":{"id":"t1"},"target":[{"id":"lae1","type":"AuthenticatorEnrollment","displayName":"Password"},{"id":"0oa1","type":"AppInstance","displayName":"Okta Dashboard"}]}`

func TestAccess(t *testing.T) {
	a, err := NewAccessReader().Read(parse(t, entered))
	if err != nil {
		t.Fatal(err)
	}
	if a.City != "Bonn" || a.State != "" || a.AS != "AS64500" || *a.Lat != 50.7 || a.Zone != "Office" || a.Proxy || a.App.ID != "0oa1" || !slices.Equal(a.Factors, []string{"Password"}) {
		t.Errorf("%+v", a)
	}
	if d := a.Device; !*d.Managed || *d.Registered || d.Called() != "Ada's Mac" {
		t.Errorf("%+v", d)
	}
	if v, _ := a.Trait(DeviceTrait); v != "guo1" {
		t.Errorf("a registered device is told apart by %q", v)
	}
	b, err := NewAccessReader().Read(happened(t, "user.session.start", "00uada"))
	if err != nil || b.Lat != nil || b.Device.Managed != nil || b.AS != "" || b.Device.Called() != "" {
		t.Errorf("%+v, %v", b, err)
	}
	if v, _ := b.Trait(CountryTrait); v != "" {
		t.Errorf("there is a country %q", v)
	}
}

func TestSummary(t *testing.T) {
	s := NewSummer(Subject{ID: "00uada"})
	for _, e := range []event.Event{
		parse(t, entered),
		parse(t, `{"uuid":"u3","eventType":"user.session.start","published":"2026-01-03T03:04:05Z","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"actor":{"id":"00uada"},"client":{"geographicalContext":{"country":"Peru"}}}`),
		parse(t, `{"uuid":"u4","eventType":"user.authentication.auth_via_mfa","published":"2026-01-02T03:04:04Z","outcome":{"result":"SUCCESS"},"actor":{"id":"00uada"},"transaction":{"id":"t1"},"debugContext":{"debugData":{"factor":"FIDO_WEBAUTHN"}}}`),
		happened(t, "group.user_membership.add", "00uada", "00uother"),
	} {
		if err := s.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	v := s.Summary()
	if v.SignIns != 2 || v.Failed != 1 || v.LastSuccess.Event.UUID != "u2" || v.LastFailed.Event.Reason != "INVALID_CREDENTIALS" {
		t.Errorf("%+v", v)
	}
	if len(v.Countries) != 2 || len(v.Places) != 1 || v.Places[0].City != "Bonn" || len(v.Factors) != 2 || v.Factors[0].Value != "FIDO_WEBAUTHN" || len(v.People) != 0 {
		t.Errorf("%+v", v)
	}
}

func TestCauses(t *testing.T) {
	ref := inventory.Ref{Kind: inventory.User, ID: "00uada"}
	at := time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)
	suspended, added := happened(t, "user.lifecycle.suspend", "00uboss", "00uada"), happened(t, "group.user_membership.add", "00uboss", "00uada", "00g1")
	events := []event.Event{suspended, added, happened(t, "user.lifecycle.suspend", "00uboss", "00uother")}
	for _, c := range []struct {
		name string
		f    Finding
		want string
	}{
		{"itself", Finding{Of: ref, At: at}, "user.lifecycle.suspend"},
		{"a group", Finding{Of: ref, Relation: inventory.MemberOf, Others: []string{"00g1"}, At: at}, "group.user_membership.add"},
		{"another group", Finding{Of: ref, Relation: inventory.MemberOf, Others: []string{"00g2"}, At: at}, ""},
		{"before", Finding{Of: ref, At: at.Add(-time.Hour)}, ""},
		{"known since", Finding{Of: ref, At: at.Add(time.Hour), After: at.Add(10 * time.Minute)}, ""},
	} {
		e, ok := c.f.Made(events)
		if ok != (c.want != "") || e.Type != c.want {
			t.Errorf("%s: %q", c.name, e.Type)
		}
		filter, since, until := Causing([]Finding{c.f})
		decoded, err := plain.Decode(e.Raw)
		if ok && (err != nil || !plain.Holds(filter, decoded) || e.Published.Before(since) || !e.Published.Before(until)) {
			t.Errorf("%s: the search does not find it", c.name)
		}
	}
	got := Fields(json.RawMessage(`{"status":"ACTIVE","profile":{"login":"a","title":"x"},"list":[1]}`), json.RawMessage(`{"status":"SUSPENDED","profile":{"login":"a"},"list":[2],"n":1}`))
	if !slices.Equal(got, []string{"list", "n", "profile.title", "status"}) {
		t.Errorf("%v", got)
	}
}

func FuzzAccess(f *testing.F) {
	f.Add([]byte(entered))
	f.Add([]byte(`{"uuid":"u","eventType":"user.session.start","published":"2026-01-02T03:04:05Z","client":{"geographicalContext":{"geolocation":{"lat":"NaN","lon":1e999}}},"target":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := event.NewParser().Parse(raw)
		if err != nil {
			return
		}
		a, err := NewAccessReader().Read(e)
		if err != nil {
			return
		}
		if (a.Lat == nil) != (a.Lon == nil) || a.Lat != nil && !(*a.Lat >= -90 && *a.Lat <= 90 && *a.Lon >= -180 && *a.Lon <= 180) {
			t.Errorf("%v %v is no place on the globe", a.Lat, a.Lon)
		}
		Subject{ID: "00uada"}.KindOf(e)
	})
}
