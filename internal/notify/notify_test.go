package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/errs"
	"sallyport/internal/notify"
	"sallyport/internal/rule"
	"sallyport/internal/value"
)

func TestQuiet(t *testing.T) {
	nights := notify.Quiet{Days: []notify.Day{"mon", "tue", "wed", "thu", "fri"}, From: "22:00", To: "07:00", Zone: "Europe/Berlin"}
	weekend := notify.Quiet{Days: []notify.Day{"sat", "sun"}, From: "00:00", To: "00:00", Zone: "UTC"}
	always := notify.Quiet{Days: notify.Days(), From: "00:00", To: "00:00", Zone: "UTC"}
	for name, tt := range map[string]struct {
		quiet notify.Quiet
		at    string
		until string
	}{
		"before it begins":                   {nights, "2026-01-05T20:59:59Z", ""},
		"as it begins":                       {nights, "2026-01-05T21:00:00Z", "2026-01-06T06:00:00Z"},
		"after midnight":                     {nights, "2026-01-06T02:00:00Z", "2026-01-06T06:00:00Z"},
		"as it ends":                         {nights, "2026-01-06T06:00:00Z", ""},
		"the night that Friday begins":       {nights, "2026-01-10T03:00:00Z", "2026-01-10T06:00:00Z"},
		"the night that Saturday begins":     {nights, "2026-01-10T23:00:00Z", ""},
		"the night that summer time begins":  {notify.Quiet{Days: notify.Days(), From: "22:00", To: "07:00", Zone: "Europe/Berlin"}, "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"},
		"two days that touch are one":        {weekend, "2026-01-10T12:00:00Z", "2026-01-12T00:00:00Z"},
		"after them":                         {weekend, "2026-01-12T00:00:00Z", ""},
		"a week without an end ends at last": {always, "2026-01-05T12:00:00Z", "2026-01-19T00:00:00Z"},
		"a zone that there is not":           {notify.Quiet{Days: notify.Days(), From: "00:00", To: "00:00", Zone: "Moon/Sea"}, "2026-01-05T12:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if until := tt.quiet.Until(at); !until.IsZero() {
				got = until.UTC().Format(time.RFC3339)
			}
			if got != tt.until {
				t.Errorf("until %q, want %q", got, tt.until)
			}
		})
	}
}

func TestWants(t *testing.T) {
	c := notify.Channel{Enabled: true, Plan: notify.Plan{Severity: rule.Medium, Types: []string{"a"}, Rules: []string{"r"}, Moments: []notify.Moment{notify.Opened}}}
	of := func(s rule.Severity, typ, id string) alert.Alert {
		return alert.Alert{Severity: s, Type: typ, Rule: id}
	}
	off := c
	off.Enabled = false
	for name, tt := range map[string]struct {
		channel notify.Channel
		moment  notify.Moment
		alert   alert.Alert
		want    bool
	}{
		"all of it fits":  {c, notify.Opened, of(rule.Medium, "a", "r"), true},
		"worse":           {c, notify.Opened, of(rule.Critical, "a", "r"), true},
		"not so bad":      {c, notify.Opened, of(rule.Low, "a", "r"), false},
		"another type":    {c, notify.Opened, of(rule.High, "b", "r"), false},
		"another rule":    {c, notify.Opened, of(rule.High, "a", "q"), false},
		"another moment":  {c, notify.Closed, of(rule.High, "a", "r"), false},
		"switched off":    {off, notify.Opened, of(rule.High, "a", "r"), false},
		"any of them all": {notify.Channel{Enabled: true, Plan: notify.Plan{Moments: notify.Moments()}}, notify.Closed, of(rule.Informational, "b", "q"), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.channel.Wants(notify.Occurrence{Alert: tt.alert, Moment: tt.moment}); got != tt.want {
				t.Errorf("wants it: %v", got)
			}
		})
	}
}

func TestPlans(t *testing.T) {
	all := notify.Moments()
	for name, tt := range map[string]struct {
		connector string
		plan      notify.Plan
		field     string
	}{
		"Slack":                 {"slack", notify.Plan{To: []string{"#security"}, Moments: all}, ""},
		"Slack without a place": {"slack", notify.Plan{Moments: all}, "to"},
		"Teams":                 {"teams", notify.Plan{Moments: all}, ""},
		"Teams with a place":    {"teams", notify.Plan{To: []string{"x"}, Moments: all}, "to"},
		"mail":                  {"mail", notify.Plan{To: []string{"a@x.example", "b@x.example"}, Moments: all}, ""},
		"mail to nobody":        {"mail", notify.Plan{Moments: all}, "to"},
		"mail to no address":    {"mail", notify.Plan{To: []string{"ada"}, Moments: all}, "to"},
		"HTTP":                  {"http", notify.Plan{To: []string{"/x"}, Moments: all}, ""},
		"another connector":     {"okta", notify.Plan{To: []string{"/x"}, Moments: all}, "connection"},
		"never":                 {"teams", notify.Plan{}, "moments"},
		"no days":               {"teams", notify.Plan{Moments: all, Quiet: &notify.Quiet{From: "22:00", To: "07:00", Zone: "UTC"}}, "quiet.days"},
		"no day":                {"teams", notify.Plan{Moments: all, Quiet: &notify.Quiet{Days: []notify.Day{"x"}, From: "22:00", To: "07:00", Zone: "UTC"}}, "quiet.days"},
		"no time":               {"teams", notify.Plan{Moments: all, Quiet: &notify.Quiet{Days: notify.Days(), From: "25:00", To: "07:00", Zone: "UTC"}}, "quiet.from"},
		"no zone":               {"teams", notify.Plan{Moments: all, Quiet: &notify.Quiet{Days: notify.Days(), From: "22:00", To: "07:00", Zone: "Local"}}, "quiet.zone"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.plan.Check(tt.connector)
			got := ""
			if err != nil {
				got, _, _ = strings.Cut(err.Error(), ":")
			}
			if got != tt.field || err != nil && errs.KindOf(err) != errs.Invalid {
				t.Errorf("%v, want %q", err, tt.field)
			}
		})
	}
}

func subject(state alert.State) notify.Subject {
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	return notify.Subject{
		Moment: notify.Opened, Why: strings.Repeat("why <!channel> ", 400), Link: "https://sallyport.example/alerts/a1",
		Alert: alert.Alert{
			ID: "a1", Number: 7, Title: strings.Repeat("long & ", 60), Severity: rule.High, State: state, Entity: alert.Entity{Kind: "user", Login: "ada", Name: "<script>"},
			Events: 3, FirstAt: at, LastAt: at.Add(time.Hour),
		},
	}
}

// What Slack bounds is bounded, and nothing that comes from outside means anything.
func TestSlackBlocks(t *testing.T) {
	for state, buttons := range map[alert.State]int{alert.Open: 4, alert.InProgress: 3, alert.Closed: 0} {
		blocks := notify.SlackBlocks(subject(state))
		text := string(value.Store(blocks))
		if got := strings.Count(text, `"button"`); got != buttons {
			t.Errorf("%s: %d buttons, want %d", state, got, buttons)
		}
		if strings.Contains(text, "<!channel>") {
			t.Errorf("a text calls everybody: %s", text)
		}
		for _, b := range blocks {
			s, _ := b.(*value.Object).At("text").(*value.Object)
			if body := []rune(s.Text("text")); len(body) > 3000 || s.Text("type") == "plain_text" && len(body) > 150 {
				t.Errorf("a text of %d characters", len(body))
			}
		}
	}
}

func payload(text string) []byte { return []byte("payload=" + url.QueryEscape(text)) }

const pressed = `{"type":"block_actions","user":{"id":"U1"},"container":{"channel_id":"C1","message_ts":"1.2"},"actions":[{"action_id":"alert.run","block_id":"alert:a1","selected_option":{"value":"f1"}}]}`

func TestReadPress(t *testing.T) {
	want := notify.Press{User: "U1", Channel: "C1", Message: "1.2", Action: notify.PressRun, Alert: "a1", Flow: "f1"}
	if got, err := notify.ReadPress(payload(pressed)); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	for name, text := range map[string]string{
		"another app's button": strings.Replace(pressed, "alert:a1", "poll:7", 1), "a shortcut": `{"type":"shortcut"}`, "nobody": strings.Replace(pressed, "U1", "", 1), "no alert": strings.Replace(pressed, "alert:a1", "alert:", 1),
	} {
		if got, err := notify.ReadPress(payload(text)); err != nil || got != (notify.Press{}) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	for _, body := range []string{"", "payload=%zz", "payload=[]", "payload={"} {
		if _, err := notify.ReadPress([]byte(body)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// The signature of Slack's own documentation.
func TestSlackSignature(t *testing.T) {
	body := "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J"
	mac := hmac.New(sha256.New, []byte("8f742231b10e8888abcd99yyyzzz85a5"))
	fmt.Fprintf(mac, "v0:1531420618:%s", body)
	sum := "v0=" + hex.EncodeToString(mac.Sum(nil))
	now := time.Unix(1531420618, 0)
	got, err := notify.SlackSignature("1531420618", sum, []byte(body), now.Add(5*time.Minute))
	if err != nil || string(got.Signed) != "v0:1531420618:"+body || "v0="+hex.EncodeToString(got.Sum) != sum {
		t.Errorf("%+v %v", got, err)
	}
	for name, tt := range map[string]struct {
		at, sum string
		now     time.Time
	}{
		"old": {"1531420618", sum, now.Add(5*time.Minute + time.Second)}, "of the future": {"1531420618", sum, now.Add(-6 * time.Minute)}, "no time": {"", sum, now},
		"another version": {"1531420618", "v1" + sum[2:], now}, "short": {"1531420618", "v0=ab", now}, "no hex": {"1531420618", "v0=" + strings.Repeat("z", 64), now},
	} {
		if _, err := notify.SlackSignature(tt.at, tt.sum, nil, tt.now); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Reading a press never fails by itself, and never gives one that is half.
func FuzzReadPress(f *testing.F) {
	f.Add(payload(pressed))
	f.Add([]byte("payload={}"))
	f.Add([]byte("a=b&payload=%7B%22type%22%3A%22block_actions%22%7D"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := notify.ReadPress(body)
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", body, err)
		}
		if p != (notify.Press{}) && (p.User == "" || p.Channel == "" || (p.Alert == "") == (p.Plan == "")) {
			t.Errorf("%q is %+v", body, p)
		}
	})
}
