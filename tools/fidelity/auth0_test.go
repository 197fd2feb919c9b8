package main

import (
	"errors"
	"os"
	"testing"
)

// TestAuth0AnswersAsRecorded holds the figures that docs/sandbox.md gives.
func TestAuth0AnswersAsRecorded(t *testing.T) {
	folder, err := or("", auth0Folder)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("recordings of Auth0 are not here (shared/corpus/auth0-recorded)")
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := measureAuth0(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if r.Requests < 1000 || r.Statuses*100 < 90*r.Requests || r.Shapes*100 < 85*r.Requests {
		t.Errorf("statuses %d and structures %d of %d; most common differences: %v", r.Statuses, r.Shapes, r.Requests, r.misses)
	}
	t.Logf("statuses %d, structures %d of %d", r.Statuses, r.Shapes, r.Requests)
}
