// Package doctor looks at everything that a server needs, and says of each what is
// wrong and what to do. It changes nothing: it works beside a server that runs, and
// where none can.
package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Level says how bad something is.
type Level string

// The levels. Fail is what keeps the server from its work, or will lose something;
// Warn is what will do so later, or narrows what it can do.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is what was seen of one thing.
type Finding struct {
	Area   string `json:"area"`
	Level  Level  `json:"level"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"` // what to do; empty where nothing is to be done
}

// Report is what was seen of everything.
type Report struct {
	Findings []Finding `json:"findings"`
}

// Worst returns the highest level of all findings.
func (r Report) Worst() Level {
	worst := OK
	for _, f := range r.Findings {
		if f.Level == Fail || f.Level == Warn && worst == OK {
			worst = f.Level
		}
	}
	return worst
}

// Count counts the findings of a level.
func (r Report) Count(l Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Print writes the report for people, a line a finding, and under it what to do.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-4s  %-14s %s\n", strings.ToUpper(string(f.Level)), f.Area, f.Text)
		if f.Remedy != "" {
			fmt.Fprintf(&b, "%20s → %s\n", "", f.Remedy)
		}
	}
	fmt.Fprintf(&b, "\n%d in order, %d to look at, %d wrong\n", r.Count(OK), r.Count(Warn), r.Count(Fail))
	_, err := io.WriteString(w, b.String())
	return err
}

// notes collects the findings of one area.
type notes struct {
	area string
	all  []Finding
}

func (n *notes) ok(format string, args ...any) {
	n.all = append(n.all, Finding{Area: n.area, Level: OK, Text: fmt.Sprintf(format, args...)})
}

func (n *notes) warn(remedy, format string, args ...any) {
	n.all = append(n.all, Finding{Area: n.area, Level: Warn, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}

func (n *notes) fail(remedy, format string, args ...any) {
	n.all = append(n.all, Finding{Area: n.area, Level: Fail, Text: fmt.Sprintf(format, args...), Remedy: remedy})
}
