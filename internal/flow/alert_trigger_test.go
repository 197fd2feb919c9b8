package flow_test

import (
	"strings"
	"testing"

	"sallyport/internal/flow"
	"sallyport/internal/rule"
)

func TestParseAlertTrigger(t *testing.T) {
	d, err := flow.Parse("flow: f\ntrigger: { alert: { rule: [a, b], type: x, severity: high, entity: user, tag: attack.t1, on: [opened, escalated] }, where: alert.risk > 50 }\ncards: [ { stop: \"{{ entity.login }} {{ event.uuid }}\" } ]\n")
	if err != nil {
		t.Fatal(err)
	}
	a := d.Trigger.Alert
	if d.Trigger.Kind != flow.OnAlert || len(a.Rules) != 2 || a.Severity != rule.High || len(a.On) != 2 || d.Trigger.Where == nil {
		t.Errorf("trigger = %+v", d.Trigger)
	}
	for text, want := range map[string]string{
		"alert: { severity: bad }": "not one of",
		"alert: { on: closed }":    "not one of: opened, escalated",
		"alert: { rules: x }":      "rules",
	} {
		if _, err := flow.Parse("flow: f\ntrigger: { " + text + " }\ncards: [ { stop: x } ]\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want one with %q", text, err, want)
		}
	}
}
