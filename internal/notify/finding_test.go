package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sallyport/internal/inventory"
	"sallyport/internal/notify"
	"sallyport/internal/posture"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

func turned(turn posture.Turn, check string, s posture.Severity, n int) []posture.Turned {
	var out []posture.Turned
	for i := range n {
		o := posture.Object{Ref: inventory.Ref{Kind: inventory.User, ID: fmt.Sprint("00u", i)}, Name: fmt.Sprint("<User & ", i, ">")}
		f := posture.Finding{ID: posture.FindingID(check, o), Check: check, Severity: s, Object: o, State: posture.Open, Said: "It is <so>."}
		c := posture.Check{ID: check, Title: "Title of " + check, Category: "user", Severity: s, Profiles: []posture.Profile{posture.Baseline}}
		out = append(out, posture.Turned{Turn: turn, Finding: f, Check: c})
	}
	return out
}

func findingChannel(p notify.FindingPlan) notify.Channel {
	if p.Moments == nil {
		p.Moments = notify.FindingMoments()
	}
	return notify.Channel{ID: "c", Org: "o", Name: "Posture", Enabled: true, Plan: notify.Plan{To: []string{"#x"}, Findings: &p}}
}

func TestFindingsThatAreWanted(t *testing.T) {
	one := turned(posture.TurnOpened, "USER-1", posture.Medium, 1)
	for name, tt := range map[string]struct {
		plan notify.FindingPlan
		want bool
	}{
		"all":              {notify.FindingPlan{}, true},
		"another moment":   {notify.FindingPlan{Moments: []notify.FindingMoment{notify.FindingClosed}}, false},
		"as grave":         {notify.FindingPlan{Severity: posture.Medium}, true},
		"not grave enough": {notify.FindingPlan{Severity: posture.High}, false},
		"the check":        {notify.FindingPlan{Checks: []string{"USER-1"}}, true},
		"another check":    {notify.FindingPlan{Checks: []string{"USER-2"}}, false},
		"the category":     {notify.FindingPlan{Categories: []string{"user"}}, true},
		"another category": {notify.FindingPlan{Categories: []string{"app"}}, false},
		"the profile":      {notify.FindingPlan{Profiles: []posture.Profile{posture.STIG, posture.Strict}}, true}, // which holds the baseline
		"another profile":  {notify.FindingPlan{Profiles: []posture.Profile{posture.STIG}}, false},
		"the org":          {notify.FindingPlan{Tenants: []string{"t1"}}, true},
		"another org":      {notify.FindingPlan{Tenants: []string{"t2"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := findingChannel(tt.plan).News("t1", "Acme", one); (got != nil) != tt.want {
				t.Errorf("it is told %+v", got)
			}
		})
	}
	off := findingChannel(notify.FindingPlan{})
	if off.Enabled = false; off.News("t1", "Acme", one) != nil {
		t.Error("a channel that is off tells")
	}
}

func TestFindingPlans(t *testing.T) {
	for field, p := range map[string]notify.Plan{
		"":                  {Findings: &notify.FindingPlan{Moments: notify.FindingMoments()}},
		"findings.moments":  {Findings: &notify.FindingPlan{}},
		"findings.severity": {Findings: &notify.FindingPlan{Moments: notify.FindingMoments(), Severity: "dire"}},
		"moments":           {Moments: []notify.Moment{notify.Judged}},
	} {
		got := ""
		if err := p.Check(notify.Teams); err != nil {
			got, _, _ = strings.Cut(err.Error(), ":")
		}
		if got != field {
			t.Errorf("wrong is %q, want %q", got, field)
		}
	}
	if err := (notify.Plan{Approvals: true}).Check(notify.Teams); err != nil {
		t.Errorf("a channel of approvals alone: %v", err)
	}
	if err := (notify.Plan{Findings: &notify.FindingPlan{Moments: []notify.FindingMoment{"x"}}}).Check(notify.Teams); err == nil {
		t.Error("a moment that there is not")
	}
}

// Whatever carries it, a judgement is one message that says how much there is, the
// gravest first, and means nothing that Okta's texts would have it mean.
func TestNewsAsMessages(t *testing.T) {
	all := append(turned(posture.TurnOpened, "USER-1", posture.Critical, 60), turned(posture.TurnClosed, "USER-2", posture.Low, 1)...)
	news := findingChannel(notify.FindingPlan{}).News("t1", "Acme", all)
	if news.Severity() != rule.Critical {
		t.Errorf("it is %v", news.Severity())
	}
	many := notify.Subject{Moment: notify.Judged, News: news, Link: "https://sallyport.example/findings?tenant=t1"}
	single := many
	single.News = findingChannel(notify.FindingPlan{}).News("t1", "Acme", all[:1])
	for connector, message := range messages(many, single) {
		for _, part := range []string{"60 findings opened, 1 finding closed", "and 36 more", "60 critical, 1 low", "Acme", "https://sallyport.example/findings?tenant=t1"} {
			if connector != "http" && !strings.Contains(message[0], part) {
				t.Errorf("%s does not say %q: %s", connector, part, message[0])
			}
		}
		for _, part := range []string{"Title of USER-1", "Acme", "opened"} {
			if !strings.Contains(message[1], part) {
				t.Errorf("%s does not say %q: %s", connector, part, message[1])
			}
		}
	}
	if text := messages(many, single)["http"][0]; strings.Count(text, `"check":`) != 61 || !strings.Contains(text, `"moment":"judged"`) || !strings.Contains(text, `"more":0`) {
		t.Errorf("a program is told %s", text)
	}
	for _, b := range notify.SlackBlocks(many) {
		if s, _ := b.(*value.Object).At("text").(*value.Object); len([]rune(s.Text("text"))) > 3000 || strings.Contains(s.Text("text"), "<User") && s.Text("type") == "mrkdwn" {
			t.Errorf("a text of Slack: %s", s.Text("text"))
		}
	}
}

// messages are what two subjects are told as, by the connector.
func messages(about ...notify.Subject) map[string][]string {
	out := map[string][]string{}
	for _, connector := range notify.Connectors() {
		for _, s := range about {
			p := notify.Parcel{Channel: notify.Channel{ID: "c", Plan: notify.Plan{To: []string{"a@acme.example"}}}, Lead: notify.Notice{ID: "n"}}
			out[connector] = append(out[connector], strings.NewReplacer(`\u0026lt;`, "<", `\u0026amp;`, "&", `\u0026`, "&").Replace(string(value.Store(p.Call(connector, []notify.Subject{s}, sendAt).Inputs))))
		}
	}
	return out
}

// More than a notice holds is counted.
func TestNewsIsBounded(t *testing.T) {
	news := findingChannel(notify.FindingPlan{}).News("t1", "Acme", turned(posture.TurnOpened, "USER-1", posture.Low, notify.MaxFound+7))
	if len(news.Found) != notify.MaxFound || news.More != 7 {
		t.Errorf("%d and %d", len(news.Found), news.More)
	}
}

func ask() notify.Subject {
	a := notify.Ask{
		ID: "p1", Title: "Suspend <!channel>", Needs: "it is grave", Actor: "Rob", Targets: 12, Waits: true, Expires: sendAt.Add(24 * time.Hour),
		Objects: strings.Split(strings.Repeat("ada ", 12), " "), Steps: []string{"suspends ada"},
	}
	return notify.Subject{Moment: notify.Asked, Ask: &a, Link: "https://sallyport.example/remedies/p1"}
}

// A plan that waits has its two buttons in Slack, and none once it is decided.
func TestAskAsMessages(t *testing.T) {
	s := ask()
	for connector, message := range messages(s, s) {
		for _, part := range []string{"suspends ada", "it is grave", "Rob", "https://sallyport.example/remedies/p1"} {
			if !strings.Contains(message[0], part) {
				t.Errorf("%s does not say %q: %s", connector, part, message[0])
			}
		}
	}
	text := string(value.Store(notify.SlackBlocks(s)))
	for _, part := range []string{`"plan:p1"`, `"plan.approve"`, `"plan.decline"`, `"confirm"`, "and 3 more"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	if strings.Contains(strings.ReplaceAll(text, `"text":"Approval wanted · Suspend <!channel>"`, ""), `mrkdwn","text":"Suspend <!channel>`) {
		t.Errorf("a text calls everybody: %s", text)
	}
	s.Ask.Waits, s.Ask.Outcome, s.Note = false, "stopped: it was declined", "Declined by Ada"
	if text = string(value.Store(notify.SlackBlocks(s))); strings.Contains(text, "button") || !strings.Contains(text, "it was declined") || !strings.Contains(text, "Declined by Ada") {
		t.Errorf("decided: %s", text)
	}
}

func TestReadPressOfPlan(t *testing.T) {
	text := strings.NewReplacer("alert.run", "plan.approve", "alert:a1", "plan:p1", `,"selected_option":{"value":"f1"}`, "").Replace(pressed)
	want := notify.Press{User: "U1", Channel: "C1", Message: "1.2", Action: notify.PressApprove, Plan: "p1"}
	if got, err := notify.ReadPress(payload(text)); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := notify.ReadPress(payload(strings.Replace(text, "plan:p1", "plan:", 1))); err != nil || got != (notify.Press{}) {
		t.Errorf("of no plan: %+v %v", got, err)
	}
}
