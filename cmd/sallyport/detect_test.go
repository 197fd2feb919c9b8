package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"sallyport/internal/detect/plain"
	"sallyport/internal/rule"
	"sallyport/tools/traffic"
)

// What detect tells is what is right, in the order of the file: that of the rules
// of SigmaHQ and Okta over public sample events and made-up ones.
func TestDetectIsRight(t *testing.T) {
	t.Parallel()
	corpus := "../../../shared/corpus/"
	rules := []string{corpus + "sigma", corpus + "okta-detections"}
	events := samples(t, corpus+"okta-events")
	made := traffic.New()
	for i := range 2000 {
		events = append(events, made.Event(nil, i))
	}
	var sources []rule.Source
	args := []string{"detect", "--json", "--all"}
	for _, dir := range rules {
		sources = append(sources, rule.Source{Name: filepath.Clean(dir), FS: os.DirFS(dir)})
		args = append(args, "--rules", dir)
	}
	shelf, _, err := rule.Load(sources...)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i, raw := range events {
		e, err := plain.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range shelf.All() {
			if plain.Holds(r.Expr, e) {
				want = append(want, fmt.Sprintf("line %d %s", i+1, r.Key()))
			}
		}
	}
	file := filepath.Join(t.TempDir(), "events.ndjson.gz")
	if err := os.WriteFile(file, zipped(t, bytes.Join(events, []byte("\n"))), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), append(args, file), streams{&out, &errs}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var m struct{ Rule, At string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, m.At+" "+m.Rule)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	t.Logf("%d matches of %d rules in %d events", len(got), len(shelf.All()), len(events))
}

// samples are the public sample events, each on a line of its own.
func samples(t *testing.T, dir string) [][]byte {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.json")
	if err != nil || len(files) == 0 {
		t.Skip("there is no ../shared/corpus")
	}
	var events [][]byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sample struct{ Event json.RawMessage }
		var line bytes.Buffer
		if json.Unmarshal(text, &sample) != nil || sample.Event == nil {
			continue
		}
		if err := json.Compact(&line, sample.Event); err != nil {
			t.Fatal(err)
		}
		events = append(events, line.Bytes())
	}
	return events
}

func zipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
