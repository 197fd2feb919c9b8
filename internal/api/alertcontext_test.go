package api

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

// oktaAnswers is an engine whose Okta org has one person.
type oktaAnswers struct {
	Engine

	asked atomic.Int32
}

func (e *oktaAnswers) Raw(_ context.Context, _ connector.Connection, call connector.Call) (connector.Raw, error) {
	e.asked.Add(1)
	body, ok := map[string]string{
		"/api/v1/users/00u1":         `{"id":"00u1","status":"ACTIVE","profile":{"login":"ada@acme.example","department":"Sales"}}`,
		"/api/v1/users/00u1/groups":  `[{"profile":{"name":"Everyone"}}]`,
		"/api/v1/users/00u1/factors": `[{"factorType":"webauthn","provider":"FIDO","status":"ACTIVE"}]`,
	}[call.Inputs.Text("url")]
	if !ok {
		return connector.Raw{Status: http.StatusForbidden, Body: []byte(`{"errorCode":"E0000006","errorSummary":"No permission"}`)}, nil
	}
	return connector.Raw{Status: http.StatusOK, Body: []byte(body)}, nil
}

func TestAlertContext(t *testing.T) {
	engine := &oktaAnswers{}
	b := setup(t, func(d *Deps) {
		engine.Engine = d.Engine
		d.Engine, d.People = engine, &okta.People{Now: d.Now}
	})
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	analyst := b.as(b.acme, "ana@acme.example", portal.Analyst)
	path := "/api/v1/alerts/" + f.alert + "/context"

	got := analyst.get(path, 200)
	if at(got, "history.tooShort") == nil || at(got, "history.events") != 0.0 || at(got, "history.values.0.new") != false || at(got, "history.values.0.evidence") != true {
		t.Errorf("without history: %s", value.JSON(got))
	}
	if at(got, "person.cannotTell") == nil || engine.asked.Load() != 0 {
		t.Errorf("without a connection: %s", value.JSON(got))
	}

	conn := b.okta(&value.Object{})
	src, err := b.db.Sources.Get(t.Context(), b.acme.ID, f.source)
	if err != nil {
		t.Fatal(err)
	}
	src.Connection = conn
	if err := b.db.Sources.Save(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	client := func(ip, city string) string {
		return `"actor":{"id":"00u1","type":"User"},"client":{"ipAddress":"` + ip + `","geographicalContext":{"city":"` + city + `","country":"Germany"}}`
	}
	b.logged(f.source, b.now().Add(-60*24*time.Hour), client("198.51.100.1", "Bonn"), client("198.51.100.1", "Bonn"), `"actor":{"id":"00u2"},"client":{"ipAddress":"192.0.2.7"}`)
	got = analyst.get(path, 200)
	values := map[string]*value.Object{}
	for _, v := range at(got, "history.values").([]any) {
		o := v.(*value.Object)
		values[o.Text("habit")+" "+o.Text("value")] = o
	}
	if bonn := values["place Bonn, Germany"]; bonn == nil || bonn.At("new") != false || bonn.At("events") != 2.0 || bonn.At("month") != 0.0 {
		t.Errorf("a place that was seen: %s", value.JSON(got))
	}
	if ip := values["ip 192.0.2.7"]; ip == nil || ip.At("new") != true || ip.At("events") != 0.0 {
		t.Errorf("an address that was not: %s", value.JSON(got))
	}
	if p := got.Object("person"); p.Text("status") != "ACTIVE" || p.Text("department") != "Sales" || at(p, "groups.0") != "Everyone" || at(p, "factors.0.type") != "webauthn" || at(p, "unread.0.part") != "roles" || at(p, "unread.1") != nil {
		t.Errorf("person = %s", value.JSON(got))
	}
	if at(got, "risk.0.score") != 33.0 || at(got, "risk.1.score") == nil {
		t.Errorf("risk = %s", value.JSON(got))
	}
	asked := engine.asked.Load()
	if analyst.get(path, 200); engine.asked.Load() != asked {
		t.Error("Okta is asked again at once")
	}
	b.as(b.evil, "eve@evil.example", portal.Admin).get(path, 404)
}

// Who may not see events is told so, and what else there is.
func TestAlertContextWithoutEvents(t *testing.T) {
	b := setup(t)
	b.member(b.acme, "ada@acme.example", portal.Admin)
	f := b.fill(b.acme, "ada@acme.example")
	c := portal.Caller{Org: b.acme}
	got, err := getAlertContext(t.Context(), b.deps, c, idIn{ID: f.alert})
	if err != nil || got.History.CannotTell == "" || len(got.History.Values) != 0 || len(got.Risk) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
