// Package harness lets faults happen to a server that is at work: the program
// itself, over sockets, with the simulated company before it and a database behind
// it. What became of it is judged by package checker.
package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sallyport/tools/chaos/checker"
)

// Options say how trials are made. The zero value of a field takes what stands
// beside it.
type Options struct {
	Bin      string        // the program; one with the build tag chaos for scenarios of clocks
	Seed     uint64        // decides who reports and when what fails
	Rate     float64       // people a second who report suspicious activity; 4
	Traffic  float64       // events of ordinary life a minute; 300
	Calm     time.Duration // before and after the faults; 3 s
	Patience time.Duration // for all to settle; 60 s
	Log      *slog.Logger  // nil for none
	Out      io.Writer     // told of each trial as it ends; nil for nobody
	Keep     string        // folder in which what a broken trial leaves is kept; empty keeps nothing
}

// Outcome is what became of one scenario.
type Outcome struct {
	Scenario string           `json:"scenario"`
	Title    string           `json:"title"`
	Skipped  string           `json:"skipped,omitempty"` // why
	Error    string           `json:"error,omitempty"`   // of the trial itself
	Seconds  float64          `json:"seconds"`
	Verdict  *checker.Verdict `json:"verdict,omitempty"`
}

// Kept reports whether every promise was.
func (o Outcome) Kept() bool {
	return o.Skipped != "" || o.Error == "" && o.Verdict != nil && len(o.Verdict.Violations) == 0
}

// Run makes the trials of some scenarios, one after another.
func Run(ctx context.Context, o Options, names ...string) ([]Outcome, error) {
	o = o.complete()
	var out []Outcome
	if strings.Contains(o.Bin, "/") { // it is started from elsewhere, too
		var err error
		if o.Bin, err = filepath.Abs(o.Bin); err != nil {
			return nil, err
		}
	}
	for _, s := range Scenarios() {
		if named := slices.Contains(names, s.Name); !named && (len(names) > 0 || s.Small) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		got, err := one(ctx, o, s)
		if err != nil {
			return out, err
		}
		if o.Out != nil {
			_, _ = fmt.Fprintln(o.Out, Line(got))
		}
		out = append(out, got)
	}
	return out, nil
}

func (o Options) complete() Options {
	set := func(f *float64, to float64) {
		if *f == 0 {
			*f = to
		}
	}
	set(&o.Rate, 4)
	set(&o.Traffic, 300)
	if o.Calm == 0 {
		o.Calm = 3 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func one(ctx context.Context, o Options, s Scenario) (Outcome, error) {
	out := Outcome{Scenario: s.Name, Title: s.Title}
	dir, err := os.MkdirTemp("", "chaos")
	if err != nil {
		return out, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	began := time.Now()
	t := &trial{o: o, s: s, dir: dir, rand: rand.New(rand.NewPCG(o.Seed, 0x6368616f73)), log: o.Log} //nolint:gosec // repeatable on purpose
	v, err := t.run(ctx)
	out.Seconds = time.Since(began).Round(100 * time.Millisecond).Seconds()
	switch {
	case errors.Is(err, errNoPostgres), errors.Is(err, errNoRoom), errors.Is(err, errNoClock):
		out.Skipped = err.Error()
	case err != nil:
		out.Error = err.Error()
	default:
		out.Verdict = &v
	}
	if !out.Kept() && o.Keep != "" {
		if err := keepLogs(dir, filepath.Join(o.Keep, s.Name)); err != nil {
			o.Log.WarnContext(ctx, "logs not kept", "err", err)
		}
	}
	return out, ctx.Err()
}

// Line says in one line what became of a scenario.
func Line(o Outcome) string {
	switch {
	case o.Skipped != "":
		return fmt.Sprintf("%-16s left out: %s", o.Scenario, o.Skipped)
	case o.Error != "":
		return fmt.Sprintf("%-16s could not be judged: %s", o.Scenario, o.Error)
	}
	v := o.Verdict
	line := fmt.Sprintf("%-16s %4.0f s  %5d events  %4d runs  %s  recovery %s", o.Scenario, o.Seconds, v.Events, v.Triggers, states(v.Runs), short(v.Recovery))
	if len(v.Violations) == 0 {
		return line + "  kept"
	}
	line += fmt.Sprintf("  %d BROKEN", len(v.Violations))
	for _, b := range v.Violations[:min(5, len(v.Violations))] {
		line += "\n    " + b.Promise + ": " + b.What
	}
	return line
}

func short(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func states(runs map[string]int) string {
	var out []string
	for _, s := range []string{"succeeded", "failed", "stopped", "cancelled", "waiting", "running", "queued"} {
		if runs[s] > 0 {
			out = append(out, fmt.Sprintf("%d %s", runs[s], s))
		}
	}
	return strings.Join(out, ", ")
}

// Markdown is a table of outcomes.
func Markdown(all []Outcome) string {
	var b strings.Builder
	b.WriteString("| Fault | events | reports | runs | calls made again | unknown | event to containment: p50, p99 | recovery | promises |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, o := range all {
		switch v := o.Verdict; {
		case o.Skipped != "":
			fmt.Fprintf(&b, "| %s | | | | | | | | left out: %s |\n", o.Title, o.Skipped)
		case v == nil:
			fmt.Fprintf(&b, "| %s | | | | | | | | not judged: %s |\n", o.Title, strings.ReplaceAll(o.Error, "\n", " "))
		default:
			kept := "kept"
			if n := len(v.Violations); n > 0 {
				kept = fmt.Sprintf("**%d broken**: %s", n, v.Violations[0].Promise)
			}
			fmt.Fprintf(&b, "| %s | %d | %d | %s | %d | %d | %s, %s | %s | %s |\n", o.Title, v.Events, v.Triggers, states(v.Runs), v.Again, v.Unknown,
				v.P50.Round(time.Millisecond), v.P99.Round(time.Millisecond), short(v.Recovery), kept)
		}
	}
	return b.String()
}

// JSON is outcomes for machines.
func JSON(all []Outcome) ([]byte, error) { return json.MarshalIndent(all, "", "  ") }
