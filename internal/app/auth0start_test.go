package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// leakedRule is the built-in rule about leaked passwords.
const leakedRule = "d4f6b471-25b0-5c30-a123-a80dcd053e38"

// leaked is an entry about a login with a leaked password, as a stream sends it.
func leaked(id, who, app string) string {
	return fmt.Sprintf(`{"log_id":%q,"data":{"log_id":%q,"date":%q,"type":"pwd_leak","description":"Someone used a leaked password","user_id":"auth0|%s","user_name":"%s@acme.example","client_id":"app1","client_name":%q,"ip":"192.0.2.1"}}`,
		id, id, time.Now().UTC().Format(time.RFC3339Nano), who, who, app)
}

// An entry of the log starts the flows that wait for its type and raises the alert
// of a rule, once; a suppression hides what it is about; and the rules for Okta
// see nothing.
func TestAuth0EntriesStartFlowsAndRaiseAlerts(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		x := besideAuth0(t, dsn)
		s := x.add(object{"name": "Tenant", "hook": true})
		flow := x.api.on("flow: leaked\ntrigger: { event: auth0.pwd_leak, where: event.data.client_name != 'Nothing' }\n" +
			`cards: [ { return: { who: "{{ trigger.User.Name }}", app: "{{ trigger.Application.Name }}", kind: "{{ trigger.Type }}", ip: "{{ event.client.ipAddress }}", id: "{{ event.data.log_id }}" } } ]` + "\n")
		if status := x.api.ask(0, http.MethodPost, "/api/v1/suppressions", object{
			"scope": "rule", "target": leakedRule, "where": "event.data.client_name == 'Tests'", "reason": "it is ours",
		}, nil); status != http.StatusCreated {
			t.Fatalf("suppressed with %d", status)
		}
		to := x.api.urls[0] + "/hooks/auth0/" + s.ID
		body := strings.Join([]string{leaked("l1", "ada", "Portal"), leaked("l2", "bob", "Tests"), leaked("l3", "cy", "Nothing")}, "\n")
		for range 2 {
			if status := x.post(to, s.Hook.Secret, body); status != http.StatusNoContent {
				t.Fatalf("taken with %d", status)
			}
		}
		var runs struct {
			Items []struct{ ID, State string }
		}
		until(t, "both runs have ended", func() bool {
			x.api.ask(0, http.MethodGet, "/api/v1/runs?limit=100&flow="+flow, nil, &runs)
			return len(runs.Items) == 2 && runs.Items[0].State == "succeeded" && runs.Items[1].State == "succeeded"
		})
		got := map[string]map[string]string{}
		for _, r := range runs.Items {
			var run struct{ Result map[string]string }
			x.api.ask(0, http.MethodGet, "/api/v1/runs/"+r.ID, nil, &run)
			got[run.Result["id"]] = run.Result
		}
		if diff := cmp.Diff(map[string]map[string]string{
			"l1": {"id": "l1", "who": "ada@acme.example", "app": "Portal", "kind": "pwd_leak", "ip": "192.0.2.1"},
			"l2": {"id": "l2", "who": "bob@acme.example", "app": "Tests", "kind": "pwd_leak", "ip": "192.0.2.1"},
		}, got); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		as, err := x.nodes[0].DB.Alerts.List(t.Context(), x.org, store.AlertFilter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		about := map[string]string{}
		for _, a := range as {
			about[a.Entity.Login] = fmt.Sprint(a.Rule, " ", a.Entity.Kind, " ", a.Entity.ID, " ", a.Events)
		}
		if diff := cmp.Diff(map[string]string{"ada@acme.example": leakedRule + " user auth0|ada 1", "cy@acme.example": leakedRule + " user auth0|cy 1"}, about); diff != "" {
			t.Errorf("alerts (-want +got):\n%s", diff)
		}
		var context struct{ Person struct{ CannotTell string } }
		if status := x.api.ask(0, http.MethodGet, "/api/v1/alerts/"+as[0].ID+"/context", nil, &context); status != http.StatusOK || !strings.Contains(context.Person.CannotTell, "Auth0 tenant") {
			t.Errorf("context: %d %+v", status, context)
		}
	})
}
