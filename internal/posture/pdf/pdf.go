// Package pdf writes a report of posture as a document for who audits an org: pages
// that are printed, kept, and the same bytes each time for the same facts.
package pdf

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"sallyport/internal/posture"
)

// Report is what is written.
type Report struct {
	posture.Report

	Tenant     string // the org's domain
	Exceptions []posture.Exception
}

// Sizes, in millimetres and points. A4 leaves 174 mm between the margins.
const (
	margin = 18
	width  = 174
	body   = 9
	line   = 4.4
	small  = 7.5
	family = "go"
)

// mostShown bounds the evidence of one check that is printed; the rest is counted,
// and is in the other formats.
const mostShown = 200

// Write writes a report as PDF.
func Write(w io.Writer, r Report) error {
	f, err := newFace()
	if err != nil {
		return err
	}
	doc := fpdf.New("P", "mm", "A4", "")
	doc.AddUTF8FontFromBytes(family, "", goregular.TTF)
	doc.AddUTF8FontFromBytes(family, "B", gobold.TTF)
	doc.SetMargins(margin, margin, margin)
	doc.SetAutoPageBreak(true, margin)
	// What the library would else take of the clock, or of the order of a map.
	doc.SetCatalogSort(true)
	doc.SetCreationDate(r.At.UTC())
	doc.SetModificationDate(r.At.UTC())
	doc.SetProducer("Sallyport", true)
	p := &printer{doc: doc, face: f, report: r}
	doc.SetTitle("Posture of "+p.face.text(r.Org), true)
	doc.SetLang("en")
	doc.AliasNbPages("")
	doc.SetFooterFunc(p.footer)
	doc.AddPage()
	p.cover()
	p.findings()
	p.exceptions()
	p.checks()
	if err := doc.Output(w); err != nil {
		return fmt.Errorf("write the report as PDF: %w", err)
	}
	return nil
}

// printer puts a report onto pages.
type printer struct {
	doc    *fpdf.Fpdf
	face   *face
	report Report
}

func (p *printer) footer() {
	p.doc.SetY(-margin + 6)
	p.style("", small, 110)
	p.doc.CellFormat(width/2, line, p.fits("Posture of "+p.report.Org, width/2), "", 0, "L", false, 0, "")
	p.doc.CellFormat(width/2, line, "Page "+strconv.Itoa(p.doc.PageNo())+" of {nb}", "", 0, "R", false, 0, "")
}

// style sets the font and how grey it is.
func (p *printer) style(style string, size float64, grey int) {
	p.doc.SetFont(family, style, size)
	p.doc.SetTextColor(grey, grey, grey)
}

// fits cuts a text to a width, in millimetres, in the font that is set.
func (p *printer) fits(text string, w float64) string {
	rs := []rune(p.face.text(text))
	for len(rs) > 1 && p.doc.GetStringWidth(string(rs)) > w-2 {
		rs = append(rs[:len(rs)-2], '…')
	}
	return string(rs)
}

// write prints a text that may be long, and goes below it.
func (p *printer) write(text string) {
	if text != "" {
		p.doc.MultiCell(width, line, p.face.text(text), "", "L", false)
	}
}

func (p *printer) heading(text string) {
	p.room(20)
	p.doc.Ln(4)
	p.style("B", 13, 20)
	p.doc.MultiCell(width, 6, p.face.text(text), "", "L", false)
	p.doc.Ln(1.5)
}

// room begins a page where there is less left than so much.
func (p *printer) room(mm float64) {
	_, height := p.doc.GetPageSize()
	if p.doc.GetY()+mm > height-margin {
		p.doc.AddPage()
	}
}

// row prints cells beside each other; each goes down as far as it has to.
func (p *printer) row(widths []float64, cells []string) {
	most, texts := 1, make([][]string, len(cells))
	for i, c := range cells {
		texts[i] = p.doc.SplitText(p.face.text(c), widths[i]-1)
		most = max(most, len(texts[i]))
	}
	for i := range most { // line by line, as a cell may be longer than a page
		p.room(line)
		x := float64(margin)
		for n, t := range texts {
			p.doc.SetX(x)
			if i < len(t) {
				p.doc.CellFormat(widths[n], line, t[i], "", 0, "L", false, 0, "")
			}
			x += widths[n]
		}
		p.doc.Ln(line)
	}
	y := p.doc.GetY() + 0.4
	p.doc.SetDrawColor(215, 215, 215)
	p.doc.Line(margin, y, margin+width, y)
	p.doc.Ln(1)
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

func percent(f float64) string { return strconv.Itoa(int(f*100+0.5)) + " %" }

func (p *printer) cover() {
	r, score := p.report, posture.ScoreOf(p.report.Results)
	p.style("B", 22, 20)
	p.doc.MultiCell(width, 10, p.face.text("Posture of "+r.Org), "", "L", false)
	p.doc.Ln(2)
	p.style("", body, 60)
	facts := [][2]string{
		{"Okta org", r.Tenant},
		{"Judged at", date(r.At)},
		{"Profile", string(r.Profile)},
		{"Score", percent(score.Share) + " of what can be seen"},
		{"Visible", percent(score.Visible) + " of what is applicable"},
	}
	for _, v := range posture.Verdicts() {
		facts = append(facts, [2]string{string(v), strconv.Itoa(score.Counts[v])})
	}
	for _, f := range facts {
		p.row([]float64{40, width - 40}, f[:])
	}
	p.style("", small, 110)
	p.write("What could not be seen never passes: such a check is MANUAL. A character that the font of this document lacks is written by its number, as [U+5F20]: the id beside a name says whom or what it is of, and the same report as HTML or CSV has every name as it is written.")
}

// findings counts what is not in order by its severity, and lists it.
func (p *printer) findings() {
	p.heading("Findings by severity")
	for _, s := range posture.Severities() {
		var of []posture.Result
		n, accepted := 0, 0
		for _, r := range p.report.Results {
			if r.Check.Severity == s && r.Bad+r.Excepted > 0 {
				of, n, accepted = append(of, r), n+r.Bad, accepted+r.Excepted
			}
		}
		p.style("B", body, 40)
		p.room(2 * line)
		p.write(fmt.Sprintf("%s: %d open, %d accepted", s, n, accepted))
		p.style("", body, 60)
		for _, r := range of {
			p.row([]float64{24, width - 54, 30}, []string{r.ID, r.Check.Title, fmt.Sprintf("%d of %d", r.Bad, r.Looked)})
		}
		p.doc.Ln(1)
	}
}

func (p *printer) exceptions() {
	p.heading("Exceptions")
	p.style("", body, 60)
	if len(p.report.Exceptions) == 0 {
		p.write("None.")
		return
	}
	widths := []float64{22, 48, 54, 26, 24}
	p.style("B", body, 40)
	p.row(widths, []string{"Check", "Of", "Reason", "Owner", "Until"})
	p.style("", body, 60)
	for _, x := range p.report.Exceptions {
		until := "no end"
		if !x.Expires.IsZero() {
			until = x.Expires.UTC().Format(time.DateOnly)
			if !p.report.At.Before(x.Expires) {
				until += " (over)"
			}
		}
		of := x.Object
		if of == "" {
			of = "all that it finds"
		}
		p.row(widths, []string{x.Check, of, x.Reason, x.Owner, until})
	}
}

// checks prints every check, the gravest first.
func (p *printer) checks() {
	p.heading("Checks")
	for _, r := range p.report.Sorted() {
		p.room(22)
		p.style("B", body+1, 20)
		p.write(string(r.Verdict) + "  " + r.ID + " " + r.Check.Title + " (" + string(r.Check.Severity) + ")")
		p.style("", body, 50)
		said := r.Said
		if len(r.Missing) > 0 {
			said += " Missing: " + strings.Join(r.Missing, ", ") + "."
		}
		p.write(said)
		if r.Verdict != posture.Pass && r.Verdict != posture.NotApplicable {
			p.evidence(r)
		}
		p.style("", small, 110)
		if !r.Fresh.IsZero() {
			p.write(fmt.Sprintf("%d looked at, as of %s.", r.Looked, date(r.Fresh)))
		}
		p.doc.Ln(3)
	}
}

func (p *printer) evidence(r posture.Result) {
	p.style("", small, 110)
	p.write(r.Check.Why)
	rows := slices.DeleteFunc(slices.Clone(r.Evidence), func(e posture.Evidence) bool { return e.Verdict == posture.Pass || e.Verdict == posture.NotApplicable })
	left := r.More + max(0, len(rows)-mostShown)
	p.style("", body, 60)
	for _, e := range rows[:min(len(rows), mostShown)] {
		said := e.Said
		if e.Value != "" {
			said += " [" + e.Value + "]"
		}
		if e.Excepted != "" {
			said += " Exception: " + e.Excepted
		}
		p.row([]float64{62, 22, width - 84}, []string{strings.TrimSpace(e.Object.Name + " " + e.Object.String()), string(e.Verdict), said})
	}
	if left > 0 {
		p.write(fmt.Sprintf("%d more.", left))
	}
	fix := r.Check.Fix.Steps
	if r.Check.Fix.Call != "" {
		fix += " " + r.Check.Fix.Call
	}
	p.style("", small, 80)
	p.write(strings.TrimSpace("Put right: " + fix + " Risk: " + r.Check.Fix.Risk + "."))
}
