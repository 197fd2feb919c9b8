package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/internal/backtest"
	"sallyport/tools/traffic"
)

// A backtest counts what detect tells of the same events: of single rules, and of
// those that count over time.
func TestBacktestAgreesWithDetect(t *testing.T) {
	t.Parallel()
	made := traffic.New()
	var lines [][]byte
	for i := range 5000 {
		lines = append(lines, made.Event(nil, i))
	}
	file := filepath.Join(t.TempDir(), "events.ndjson")
	if err := os.WriteFile(file, bytes.Join(lines, []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"detect", "--all", "--json", file}, streams{&out, &errs}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	want := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var m struct{ Rule string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		want[m.Rule]++
	}
	if len(want) < 3 {
		t.Fatalf("only %d rules fire: %v", len(want), want)
	}
	for key, hits := range want {
		out.Reset()
		if code := run(t.Context(), []string{"rules", "backtest", "--rule", key, "--json", file}, streams{&out, &errs}); code != exitOK {
			t.Fatalf("exit code %d: %s", code, &errs)
		}
		var r backtest.Report
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		sum, of := 0, r.Others.Hits
		for _, b := range r.Bars {
			sum += b.Hits
		}
		for _, e := range r.Entities {
			of += e.Hits
		}
		if r.Hits != hits || sum != hits || of != hits || r.Events != len(lines) || r.Alerts > hits || r.Alerts == 0 {
			t.Errorf("%s: %d hits, %d over time, %d by entity, %d alerts, of %d events; detect tells %d", key, r.Hits, sum, of, r.Alerts, r.Events, hits)
		}
	}
	t.Logf("%v", want)
}
