package main

import (
	"testing"
	"time"

	"sallyport/tools/chaos/harness"
)

// TestChaos holds that faults happen, and are judged, as `make chaos` has them: one
// kill, here.
func TestChaos(t *testing.T) {
	t.Parallel()
	got, err := harness.Run(t.Context(), harness.Options{Bin: "sallyport", Seed: 3, Rate: 8, Traffic: 60, Calm: time.Second}, "smoke")
	if err != nil || len(got) != 1 {
		t.Fatalf("%d outcomes, %v", len(got), err)
	}
	if !got[0].Kept() {
		t.Error(harness.Line(got[0]))
	}
	if v := got[0].Verdict; v != nil && (v.Triggers < 5 || v.Events < v.Triggers || v.Runs["succeeded"] == 0) {
		t.Errorf("nothing was at work: %+v", v)
	}
}
