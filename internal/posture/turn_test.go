package posture_test

import (
	"fmt"
	"testing"

	"sallyport/internal/posture"
)

// What became of a finding is told by the states that it had and has.
func TestTurns(t *testing.T) {
	for _, tt := range []struct {
		from, to posture.FindingState
		want     posture.Turn
	}{
		{"", posture.Open, posture.TurnOpened},
		{"", posture.Accepted, ""},
		{posture.Open, posture.Open, ""},
		{posture.Open, posture.Accepted, ""},
		{posture.Open, posture.Closed, posture.TurnClosed},
		{posture.Accepted, posture.Closed, posture.TurnClosed},
		{posture.Accepted, posture.Open, posture.TurnReopened},
		{posture.Closed, posture.Open, posture.TurnReopened},
		{posture.Closed, posture.Accepted, ""},
	} {
		t.Run(fmt.Sprintf("from %q to %q", tt.from, tt.to), func(t *testing.T) {
			var held []posture.Finding
			if tt.from != "" {
				held = []posture.Finding{{ID: "f", State: tt.from}}
			}
			got := posture.Turn("")
			for _, turned := range posture.TurnsOf(held, []posture.Finding{{ID: "f", State: tt.to}}, nil) {
				got = turned.Turn
			}
			if got != tt.want {
				t.Errorf("it was %q, want %q", got, tt.want)
			}
		})
	}
}

// The gravest come first, with what their checks say where there still are any.
func TestTurnsInOrder(t *testing.T) {
	check := &posture.Check{ID: "B", Title: "Of B", Category: "users", Severity: posture.Critical}
	got := posture.TurnsOf(nil, []posture.Finding{
		{ID: "A:1", Check: "A", Severity: posture.Low, State: posture.Open},
		{ID: "B:2", Check: "B", Severity: posture.Critical, State: posture.Open},
		{ID: "B:1", Check: "B", Severity: posture.Critical, State: posture.Open},
	}, []posture.Result{{Check: check, ID: "B"}})
	said := ""
	for _, g := range got {
		said += fmt.Sprintf("%s %s %s;", g.Finding.ID, g.Check.Title, g.Check.Category)
	}
	if said != "B:1 Of B users;B:2 Of B users;A:1 A ;" {
		t.Error(said)
	}
}
