package trial_test

import (
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/connector/trial"
)

// Every connector has cases, for every action, and they hold.
func TestContent(t *testing.T) {
	shelf, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range shelf.All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			cases, err := connector.ReadCases(content.FS, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			tried := map[string]bool{}
			for _, one := range cases.Cases {
				tried[one.Action] = true
			}
			for _, id := range c.ActionIDs() {
				if !tried[id] {
					t.Errorf("%s has no case", id)
				}
			}
			if err := trial.Run(t.Context(), content.FS, shelf, c.ID); err != nil {
				t.Error(err)
			}
		})
	}
}
