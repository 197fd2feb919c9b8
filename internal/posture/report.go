package posture

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/sheet"
)

// Report is a run written down for people.
type Report struct {
	Org     string    // what people call it
	Profile Profile   // that was run
	At      time.Time // the moment of judgement
	Results []Result
}

// columns are those of the report as CSV: a row for each piece of evidence that
// is not in order, and one for each check that has none.
func columns() []string {
	return []string{
		"check", "title", "severity", "category", "verdict", "said", "finding", "object", "name", "objectVerdict", "field", "value", "objectSaid", "exception", "looked", "bad",
		"missing", "fresh", "fix", "call",
	}
}

// WriteCSV writes a report as CSV.
func (r Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{columns()}
	for _, x := range r.Results {
		rows = append(rows, x.rows()...)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (r Result) rows() [][]string {
	about := func(e Evidence) []string {
		row := []string{r.ID, r.Check.Title, string(r.Check.Severity), r.Check.Category, string(r.Verdict), r.Said, e.Finding, "", e.Object.Name, string(e.Verdict), e.Field, e.Value, e.Said, e.Excepted}
		if e.Verdict != "" {
			row[7] = e.Object.String()
		}
		fresh := ""
		if !r.Fresh.IsZero() {
			fresh = r.Fresh.UTC().Format(time.RFC3339)
		}
		row = append(row, strconv.Itoa(r.Looked), strconv.Itoa(r.Bad), joined(r.Missing), fresh, r.Check.Fix.Steps, r.Check.Fix.Call)
		for i, cell := range row {
			row[i] = sheet.Cell(cell)
		}
		return row
	}
	var rows [][]string
	for _, e := range r.Evidence {
		if e.Verdict != Pass {
			rows = append(rows, about(e))
		}
	}
	if len(rows) == 0 {
		rows = append(rows, about(Evidence{}))
	}
	return rows
}

//go:embed report.html
var reportText string

// WriteHTML writes a report as one page that fetches nothing and prints well.
func (r Report) WriteHTML(w io.Writer) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"percent": func(f float64) string { return strconv.Itoa(int(f*100+0.5)) + " %" },
		"date":    func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" },
		"lower":   func(v Verdict) string { return strings.ToLower(string(v)) },
		"open":    func(v Verdict) bool { return v != Pass && v != NotApplicable },
	}).Parse(reportText)
	if err != nil {
		return fmt.Errorf("read the page of the report: %w", err)
	}
	if err := page.Execute(w, r.page()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// reportPage is what the page shows.
type reportPage struct {
	Report

	Score    Score
	Verdicts []Verdict
	Sorted   []Result // the gravest first
}

func (r Report) page() reportPage {
	return reportPage{Report: r, Score: ScoreOf(r.Results), Verdicts: Verdicts(), Sorted: r.Sorted()}
}

// Sorted returns the results, the gravest first.
func (r Report) Sorted() []Result {
	sorted := slices.Clone(r.Results)
	slices.SortStableFunc(sorted, func(a, b Result) int {
		if d := b.Verdict.grave() - a.Verdict.grave(); d != 0 {
			return d
		}
		return slices.Index(Severities(), a.Check.Severity) - slices.Index(Severities(), b.Check.Severity)
	})
	return sorted
}
