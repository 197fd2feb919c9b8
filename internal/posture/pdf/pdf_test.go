package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sallyport/internal/inventory"
	"sallyport/internal/posture"
	"sallyport/internal/posture/pdf"
)

func report(names ...string) pdf.Report {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	bad := posture.Result{
		ID: "ADM-002", Check: &posture.Check{ID: "ADM-002", Title: "Every admin has a second factor", Severity: posture.Critical, Why: "A password is not enough.", Fix: posture.Fix{Steps: "Enrol one.", Risk: "low"}},
		Verdict: posture.Fail, Said: "Some have none.", Looked: 9, Bad: len(names), Excepted: 1, Missing: []string{"log.sent"}, Fresh: at,
	}
	for i, n := range names {
		o := posture.Object{Ref: inventory.Ref{Kind: inventory.User, ID: fmt.Sprint("00u", i)}, Name: n}
		bad.Evidence = append(bad.Evidence, posture.Evidence{Object: o, Verdict: posture.Fail, Said: "There is none.", Finding: posture.FindingID(bad.ID, o)})
	}
	good := posture.Result{ID: "PWD-001", Check: &posture.Check{ID: "PWD-001", Title: "Passwords are long", Severity: posture.Medium}, Verdict: posture.Pass, Said: "They are.", Looked: 1}
	return pdf.Report{
		Report: posture.Report{Org: "Acme Überseehandel", Profile: posture.STIG, At: at, Results: []posture.Result{good, bad}}, Tenant: "https://acme.okta.com",
		Exceptions: []posture.Exception{
			{Check: "ADM-002", Object: "user/00u9", Reason: "leaves in May", Owner: "Рита", Expires: at.AddDate(0, 2, 0)}, {Check: "PWD-001", Reason: "legacy", Owner: "ada", Expires: at.AddDate(0, -1, 0)},
		},
	}
}

func written(t *testing.T, r pdf.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shows   = regexp.MustCompile(`(?s)\((.*?[^\\]|)\) ?Tj`)
)

// textOf is what the pages of a PDF of our own show: the texts of its content
// streams, which are UTF-16.
func textOf(t *testing.T, doc []byte) string {
	t.Helper()
	var out strings.Builder
	for _, m := range streams.FindAllSubmatch(doc, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		page, err := io.ReadAll(z)
		if err != nil || !bytes.Contains(page, []byte(" Tj")) && !bytes.Contains(page, []byte(")Tj")) {
			continue
		}
		for _, s := range shows.FindAllSubmatch(page, -1) {
			raw := []byte(strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(string(s[1])))
			units := make([]uint16, 0, len(raw)/2)
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			out.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return out.String()
}

// The document says what an auditor asks for, and no character of a name is lost.
func TestPDF(t *testing.T) {
	doc := written(t, report("Zoë Müller", "Дмитрий", "Ελένη", "张伟", "o'Brien (ext)", "李\u202eevil"))
	if !bytes.HasPrefix(doc, []byte("%PDF-")) || !bytes.Contains(doc, []byte("%%EOF")) {
		t.Fatalf("%q", doc[:20])
	}
	text := textOf(t, doc)
	for _, part := range []string{
		"Posture of Acme Überseehandel", "https://acme.okta.com", "2026-03-04 05:06 UTC", "stig", "of what can be seen", "of what is applicable", "critical: 6 open, 1 accepted",
		"Every admin has a second factor", "Zoë Müller", "Дмитрий", "Ελένη", "[U+5F20][U+4F1F]", "o'Brien (ext)", "[U+674E][U+202E]evil", "There is none.", "Missing: log.sent.",
		"[U+5F20][U+4F1F] user/00u3", "as HTML or CSV has every name", "leaves in May", "Рита", "2026-05-04", "2026-02-04 (over)", "Page 1 of ", "PASS  PWD-001", "Put right: Enrol one.",
	} {
		if !strings.Contains(strings.ReplaceAll(text, "\n", " "), part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
	if strings.Contains(text, "?") || strings.ContainsRune(text, '\ufffd') {
		t.Errorf("a character was lost:\n%s", text)
	}
}

// The same facts are the same bytes; others are not.
func TestPDFIsTheSame(t *testing.T) {
	first, again := written(t, report("ada", "Дмитрий")), written(t, report("ada", "Дмитрий"))
	if !bytes.Equal(first, again) {
		t.Error("the same report is other bytes")
	}
	if bytes.Equal(first, written(t, report("ada", "bob"))) {
		t.Error("another report is the same bytes")
	}
}

// A report of many findings has many pages, each numbered, and says what it leaves out.
func TestPDFOfManyPages(t *testing.T) {
	names := make([]string, 300)
	for i := range names {
		names[i] = "User " + strconv.Itoa(i) + strings.Repeat(" of a long name", i%7)
	}
	names[0] = strings.Repeat("endless", 900) // longer than a page
	doc := written(t, report(names...))
	text := strings.ReplaceAll(textOf(t, doc), "\n", " ")
	if n := strings.Count(text, " of {nb}"); n != 0 {
		t.Error("pages are not counted")
	}
	for _, part := range []string{"Page 7 of ", "User 199", "100 more."} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q", part)
		}
	}
}
