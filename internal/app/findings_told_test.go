package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/remedy"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/slack"
)

const answersFinding = `flow: answer
title: Answer findings
trigger: { finding: { on: [reopened] }, where: tenant.domain != '' }
cards: [ { return: { of: "{{ finding.id }}", does: "{{ check.fix }}", org: "{{ tenant.id }}" } } ]
`

// A finding is told of in Slack and by mail and starts a flow, once for a judgement,
// over real servers.
func TestFindingsAreTold(t *testing.T) {
	w := startWatch(t, storetest.Prepared(t))
	var tenants []struct{ ID string }
	var list struct {
		Items []struct{ Check struct{ ID string } }
	}
	findings := func(state string) int {
		if w.api.ask(0, "GET", "/api/v1/tenants", nil, &tenants); len(tenants) == 0 {
			return 0
		}
		list.Items = nil
		w.api.ask(0, "GET", "/api/v1/tenants/"+tenants[0].ID+"/findings?limit=200&state="+state, nil, &list)
		return len(list.Items)
	}
	if status := w.api.ask(0, "POST", "/api/v1/tenants", object{"connection": w.seeded.Connect["okta"]}, nil); status != http.StatusCreated {
		t.Fatalf("org: status %d", status)
	}
	w.until("the org is judged", func() bool { return findings("open") > 2 })
	w.channel("Slack", w.seeded.Connect["slack"], []string{"#security"}, object{"moments": []string{}, "findings": object{"moments": []string{"opened", "reopened", "expiring"}}})
	w.channel("Mail", w.seeded.Connect["mail"], []string{"soc@acme.example"}, object{"moments": []string{}, "findings": object{"moments": []string{"reopened"}}})
	w.channel("Of groups", w.seeded.Connect["mail"], []string{"groups@acme.example"}, object{"moments": []string{}, "findings": object{"moments": []string{"reopened"}, "checks": []string{"NO-1"}}})
	flowID := w.api.on(answersFinding)
	check := list.Items[0].Check.ID
	exceptions := "/api/v1/tenants/" + tenants[0].ID + "/exceptions"
	var made struct{ ID string }
	if status := w.api.ask(0, "POST", exceptions, object{"check": check, "reason": "for a day", "owner": "ada", "expiresAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano)}, &made); status != http.StatusCreated {
		t.Fatalf("exception: status %d", status)
	}
	accepted := 0
	w.until("they are accepted", func() bool { accepted = findings("accepted"); return accepted > 0 })
	if status := w.api.ask(0, "DELETE", exceptions+"/"+made.ID, nil, nil); status != http.StatusNoContent && status != http.StatusOK {
		t.Fatalf("taken back with %d", status)
	}
	var mails []struct{ Subject, Text string }
	w.until("they are told of by mail", func() bool {
		w.control(http.MethodGet, "/mail?to=soc@acme.example", nil, &mails)
		return len(mails) == 1 && strings.Contains(mails[0].Text, check)
	})
	var told []slack.Message
	w.until("they are told of in Slack", func() bool {
		told = nil
		for _, m := range w.slack() {
			if strings.Contains(string(m.Blocks), "reopened") {
				told = append(told, m)
			}
		}
		return len(told) == 1
	})
	if text := string(told[0].Blocks); !strings.Contains(text, check) || !strings.Contains(text, w.api.urls[0]+"/findings") {
		t.Errorf("Slack: %s", text)
	}
	var runs struct {
		Items []struct{ ID, State, Cause string }
	}
	w.until("each has started the flow", func() bool {
		w.api.ask(0, "GET", "/api/v1/runs?limit=200&flow="+flowID, nil, &runs)
		return len(runs.Items) == min(accepted, 100) && runs.Items[0].State == "succeeded"
	})
	var run struct{ Result map[string]string }
	w.api.ask(0, "GET", "/api/v1/runs/"+runs.Items[0].ID, nil, &run)
	if runs.Items[0].Cause != "finding" || !strings.HasPrefix(run.Result["of"], check+":") || run.Result["org"] != tenants[0].ID {
		t.Errorf("%+v: %+v", runs.Items[0], run)
	}
	if w.control(http.MethodGet, "/mail?to=groups@acme.example", nil, &mails); len(mails) != 0 {
		t.Errorf("a channel for another check is told %+v", mails)
	}
}

// asking makes plans for a watch as one of its members.
type asking struct {
	*watch

	actor, user string
}

// plan asks for a plan that waits for approval, and waits until Slack has it.
func (a asking) plan() string {
	a.t.Helper()
	p, err := a.app.Remedies.Draft(a.t.Context(), remedy.Order{
		Org: a.org, Connection: a.seeded.Connect["okta"], Playbook: "clear_sessions", Cause: remedy.Cause{Kind: "hand"}, Actor: a.actor, Approval: "somebody has to look", Objects: []remedy.Object{{ID: a.user}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	if p, err = a.app.Remedies.Run(a.t.Context(), a.org, p.ID); err != nil || p.State != remedy.Waiting {
		a.t.Fatalf("%s: %s, %v", p.State, p.Error, err)
	}
	a.until("Slack is asked", func() bool { return strings.Contains(a.message(p.ID), "plan.approve") })
	return p.ID
}

// message is what Slack shows of a plan.
func (w *watch) message(plan string) string {
	for _, m := range w.slack() {
		if m.EphemeralTo == "" && strings.Contains(string(m.Blocks), "/remedies/"+plan) {
			return string(m.Blocks)
		}
	}
	return ""
}

func (w *watch) planState(plan string) remedy.State {
	w.t.Helper()
	p, err := w.app.DB.Remedies.Get(w.t.Context(), w.org, plan)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.State
}

func (w *watch) whispered(part string) {
	w.t.Helper()
	w.until("who pressed is told: "+part, func() bool {
		all := w.slack()
		last := all[len(all)-1]
		return last.EphemeralTo != "" && strings.Contains(last.Text, part)
	})
}

// A plan is approved and declined in Slack as in the console: by a member who may,
// who is another than the one that asked, and as long as it waits.
func TestPlansAreApprovedInSlack(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		var people []struct{ ID, Login string }
		w.control(http.MethodGet, "/users?status=ACTIVE", nil, &people)
		boss, asker, viewer, nobody := people[0].Login, people[1].Login, people[2].Login, people[3].Login
		w.member(boss, portal.Admin)
		w.member(asker, portal.Admin)
		w.member(viewer, portal.Auditor)
		m, err := w.app.Doors.People.Find(t.Context(), w.org, asker)
		if err != nil {
			t.Fatal(err)
		}
		w.channel("Approvals", w.seeded.Connect["slack"], []string{"#security"}, object{"moments": []string{}, "approvals": true})
		a := asking{w, "account:" + m.ID, people[4].ID}

		p := a.plan()
		for login, says := range map[string]string{viewer: "may not approve plans", nobody: "no member", asker: "another member has to decide"} {
			w.press(slack.Press{User: login, Action: "plan.approve"})
			w.whispered(says)
		}
		strangers(w, p, boss)
		if s := w.planState(p); s != remedy.Waiting || !strings.Contains(w.message(p), "plan.approve") {
			t.Fatalf("the plan is %s: %s", s, w.message(p))
		}
		w.press(slack.Press{User: boss, Action: "plan.approve"})
		w.until("it was carried out", func() bool { return w.planState(p) == remedy.Done })
		w.until("the message says so", func() bool {
			return strings.Contains(w.message(p), "Approved by Who is "+boss+", from Slack") && !strings.Contains(w.message(p), "plan.approve")
		})

		p = a.plan()
		w.press(slack.Press{User: boss, Action: "plan.decline"})
		w.until("it was declined", func() bool {
			return w.planState(p) == remedy.Stopped && strings.Contains(w.message(p), "Declined by Who is "+boss) && !strings.Contains(w.message(p), "plan.approve")
		})

		p = a.plan()
		late, err := w.app.DB.Remedies.Get(t.Context(), w.org, p)
		if err != nil {
			t.Fatal(err)
		}
		late.ExpiresAt = time.Now().Add(-time.Second)
		if _, err := w.app.DB.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{remedy.Waiting}, To: late}); err != nil {
			t.Fatal(err)
		}
		w.press(slack.Press{User: boss, Action: "plan.approve"})
		w.until("it is too late", func() bool {
			return w.planState(p) == remedy.Stopped && strings.Contains(w.message(p), "nobody approved it in time") && !strings.Contains(w.message(p), "plan.approve")
		})
		var audit struct {
			Items []struct{ Action, Object, Outcome string }
		}
		w.api.ask(0, "GET", "/api/v1/audit?limit=200", nil, &audit)
		said := map[string]int{}
		for _, e := range audit.Items {
			if strings.HasPrefix(e.Object, "remedy:") {
				said[e.Action+" "+e.Outcome]++
			}
		}
		if said["approveRemedy ok"] != 1 || said["declineRemedy ok"] != 1 || said["approveRemedy denied"] != 1 {
			t.Errorf("the audit log: %+v", said)
		}
	})
}

// strangers answers a plan as nobody may: from another workspace, with a forged
// signature, too late, and a second time.
func strangers(w *watch, plan, member string) {
	w.t.Helper()
	body := func(user string) string {
		payload, err := json.Marshal(object{
			"type": "block_actions", "team": object{"id": "T0ELSEWHERE"}, "user": object{"id": user, "email": member}, "container": object{"channel_id": "C0ELSEWHERE", "message_ts": "1.2"},
			"actions": []object{{"action_id": "plan.approve", "block_id": "plan:" + plan}},
		})
		if err != nil {
			w.t.Fatal(err)
		}
		return "payload=" + url.QueryEscape(string(payload))
	}
	now, old := strconv.FormatInt(time.Now().Unix(), 10), strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10)
	right, other := w.box.State().Slack.Secret, body("U0ELSEWHERE")
	for _, tt := range []struct {
		name, at, signature string
		status              int
	}{
		{"forged", now, slack.Sign("another", now, other), http.StatusForbidden},
		{"not signed", now, "", http.StatusForbidden},
		{"too old", old, slack.Sign(right, old, other), http.StatusForbidden},
		{"somebody of another workspace", now, slack.Sign(right, now, other), http.StatusOK},
		{"the same again", now, slack.Sign(right, now, other), http.StatusConflict},
	} {
		req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.api.urls[0]+"/hooks/slack/"+w.seeded.Connect["slack"], strings.NewReader(other))
		if err != nil {
			w.t.Fatal(err)
		}
		req.Header.Set("X-Slack-Request-Timestamp", tt.at)
		req.Header.Set("X-Slack-Signature", tt.signature)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != tt.status {
			w.t.Errorf("%s: %d, want %d", tt.name, resp.StatusCode, tt.status)
		}
	}
	w.until("that of another workspace is refused", func() bool {
		return strings.Contains(fmt.Sprint(w.log), "press in Slack not carried out") && strings.Contains(fmt.Sprint(w.log), "U0ELSEWHERE")
	})
}

// Whom a plan with a grace is going to change something of is told by mail, and
// nobody else.
func TestGraceIsToldByMail(t *testing.T) {
	w := startWatch(t, storetest.Prepared(t))
	var people []struct{ ID, Login string }
	w.control(http.MethodGet, "/users?status=ACTIVE", nil, &people)
	gone := people[5]
	p, err := w.app.Remedies.Draft(t.Context(), remedy.Order{
		Org: w.org, Connection: w.seeded.Connect["okta"], Playbook: "suspend_user", Cause: remedy.Cause{Kind: "hand"}, Actor: "account:a1",
		Objects: []remedy.Object{{ID: people[4].ID}, {ID: gone.ID}}, RunAt: time.Date(2030, 1, 2, 3, 4, 0, 0, time.UTC),
	})
	if err != nil || len(p.Steps) != 2 || p.Steps[1].State != remedy.Planned {
		t.Fatalf("%+v, %v", p.Steps, err)
	}
	p.Steps[1].State = remedy.Skipped
	g := remedy.Grace{Hours: 72, Connection: w.seeded.Connect["mail"], Subject: "Your account {{ name }}", Text: "It is suspended at {{ at }}."}
	if err := w.app.Remedies.Teller.Tell(t.Context(), p, g); err != nil {
		t.Fatal(err)
	}
	var mails []struct{ Subject, Text string }
	w.until("who is suspended is told", func() bool {
		w.control(http.MethodGet, "/mail?to="+url.QueryEscape(people[4].Login), nil, &mails)
		return len(mails) == 1
	})
	if mails[0].Subject != "Your account "+people[4].Login || !strings.Contains(mails[0].Text, "Wed, 02 Jan 2030 03:04:00 UTC") {
		t.Errorf("told %+v", mails[0])
	}
	if w.control(http.MethodGet, "/mail?to="+url.QueryEscape(gone.Login), nil, &mails); len(mails) != 0 {
		t.Errorf("who is suspended already is told %+v", mails)
	}
}

// The message that asked for approval loses its buttons when somebody answers in the
// console, or nobody does in time; nobody has to press one of them for that.
func TestPlansAnsweredElsewhereAreToldInSlack(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		var people []struct{ ID, Login string }
		w.control(http.MethodGet, "/users?status=ACTIVE", nil, &people)
		asker := people[1].Login
		w.member(asker, portal.Admin)
		m, err := w.app.Doors.People.Find(t.Context(), w.org, asker)
		if err != nil {
			t.Fatal(err)
		}
		w.channel("Approvals", w.seeded.Connect["slack"], []string{"#security"}, object{"moments": []string{}, "approvals": true})
		w.channel("By mail", w.seeded.Connect["mail"], []string{"soc@acme.example"}, object{"moments": []string{}, "approvals": true})
		a := asking{w, "account:" + m.ID, people[4].ID}
		for answer, says := range map[string]string{"approve": "Approved by ", "decline": "Declined by "} {
			p := a.plan()
			if status := w.api.ask(0, http.MethodPost, "/api/v1/remedies/"+p+"/"+answer, object{"note": "looked at"}, nil); status != http.StatusOK {
				t.Fatalf("%s: status %d", answer, status)
			}
			w.until("the message of what was answered by "+answer+" says so", func() bool {
				text := w.message(p)
				return strings.Contains(text, says) && strings.Contains(text, "looked at") && !strings.Contains(text, "plan.approve")
			})
		}
		p := a.plan()
		late, err := w.app.DB.Remedies.Get(t.Context(), w.org, p)
		if err != nil {
			t.Fatal(err)
		}
		late.ExpiresAt = time.Now().Add(-time.Second)
		if _, err := w.app.DB.Remedies.Move(t.Context(), remedy.Move{From: []remedy.State{remedy.Waiting}, To: late}); err != nil {
			t.Fatal(err)
		}
		w.until("the message of what nobody answered says so", func() bool {
			return strings.Contains(w.message(p), "nobody approved it in time") && !strings.Contains(w.message(p), "plan.approve")
		})
		var mails []struct{ Subject string }
		w.until("each was asked about once by mail", func() bool {
			w.control(http.MethodGet, "/mail?to=soc@acme.example", nil, &mails)
			return len(mails) == 3
		})
	})
}
