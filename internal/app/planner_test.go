package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"sallyport/internal/remedy"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

const plansOf = `flow: plan
connections: { okta: okta }
trigger: { api: { access: oauth, inputs: { who: { type: text, from: body, required: true }, book: { type: text, from: body, default: clear_sessions } } } }
cards:
  - id: plan
    use: okta.plan_remediation
    with: { playbook: "{{ input.book }}", objects: ["{{ input.who }}"], run: true, approval: true, title: Asked for by a flow }
  - id: draft
    use: okta.plan_remediation
    with: { playbook: suspend_user, objects: { id: "{{ input.who }}" } }
  - respond: { status: 200, body: { plan: "{{ plan.plan_id }}", state: "{{ plan.state }}", needs: "{{ plan.needs }}", draft: "{{ draft.plan_id }}", left: "{{ draft.state }}" } }
`

// A flow plans a remediation: it waits for approval as a member's would, changes
// nothing before, and is carried out once somebody says yes.
func TestFlowsPlanRemediation(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		var people []struct{ ID string }
		w.control(http.MethodGet, "/users?status=ACTIVE", nil, &people)
		user := people[4].ID
		var folder, made struct{ ID string }
		w.api.ask(0, http.MethodPost, "/api/v1/folders", object{"name": "Plans"}, &folder)
		w.api.ask(0, http.MethodPost, "/api/v1/flows", object{"folder": folder.ID, "yaml": plansOf}, &made)
		flowID := made.ID
		w.api.ask(0, http.MethodPost, "/api/v1/flows/"+flowID+"/publish", object{}, nil)
		on := object{"enabled": true, "connections": object{"okta": w.seeded.Connect["okta"]}}
		var why json.RawMessage
		if status := w.api.ask(0, http.MethodPatch, "/api/v1/flows/"+flowID, on, &why); status != http.StatusOK {
			t.Fatalf("switched on with %d: %s", status, why)
		}
		var got struct{ Plan, State, Needs, Draft, Left string }
		if status := w.api.ask(0, http.MethodPost, "/api/flows/default/"+flowID, object{"who": user}, &got); status != http.StatusOK || got.State != "waiting" || got.Left != "draft" || got.Needs == "" {
			t.Fatalf("status %d, %+v", status, got)
		}
		all, err := w.app.DB.Remedies.List(t.Context(), w.org, store.RemedyFilter{Limit: 10})
		if err != nil || len(all) != 2 {
			t.Fatalf("%d plans, %v", len(all), err)
		}
		for _, p := range all {
			if p.Cause.Kind != "run" || p.Cause.ID == "" || p.Actor != "flow:"+flowID || len(p.Objects) != 1 || p.Objects[0].ID != user {
				t.Errorf("%+v", p)
			}
		}
		var shown struct {
			Actor      struct{ Kind, Name string }
			CanApprove bool
		}
		if w.api.ask(0, http.MethodGet, "/api/v1/remedies/"+got.Plan, nil, &shown); shown.Actor.Kind != "flow" || shown.Actor.Name == "" || !shown.CanApprove {
			t.Errorf("%+v", shown)
		}
		if status := w.api.ask(0, http.MethodPost, "/api/v1/remedies/"+got.Plan+"/approve", object{}, nil); status != http.StatusOK {
			t.Fatalf("approve: status %d", status)
		}
		w.until("the plan is carried out", func() bool { return w.planState(got.Plan) == remedy.Done })
		if w.planState(got.Draft) != remedy.Draft {
			t.Error("a draft was carried out")
		}
		var refused json.RawMessage
		if status := w.api.ask(0, http.MethodPost, "/api/flows/default/"+flowID, object{"who": user, "book": "no_such"}, &refused); status == http.StatusOK {
			t.Errorf("a playbook that there is not: %s", refused)
		}
	})
}
