package posture_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"sallyport/internal/posture"
)

func report(t *testing.T) posture.Report {
	t.Helper()
	org := strings.NewReplacer("login: bob", `login: "=cmd|'x'!A1"`, "login: cyd", `login: "<script>alert(1)</script>"`).Replace(three)
	c, w := written(t, fine, org)
	blind, _ := written(t, strings.Replace(fine, "[user]", "[user, factor]", 1), "{}")
	blind.ID = "X-002"
	results := run(t, posture.Input{Reader: w, Exceptions: []posture.Exception{{Check: "X-001", Object: "user/c", Reason: "he may"}}}, c)
	w.See("factor", unseen())
	return posture.Report{Org: "Acme & Co", Profile: posture.Baseline, At: moment(), Results: append(results, run(t, posture.Input{Reader: w}, blind)...)}
}

func TestReportCSV(t *testing.T) {
	var b bytes.Buffer
	if err := report(t).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	at := func(row int, column string) string {
		for i, name := range rows[0] {
			if name == column {
				return rows[row][i]
			}
		}
		t.Fatalf("there is no column %s", column)
		return ""
	}
	if at(1, "finding") != "X-001:user/b" || at(1, "verdict") != "FAIL" || at(1, "name")[0] != '\'' || at(1, "bad") != "1" {
		t.Errorf("of what fails: %v", rows[1])
	}
	if at(2, "exception") != "he may" || at(2, "object") != "user/c" {
		t.Errorf("of what is excepted: %v", rows[2])
	}
	if at(3, "verdict") != "MANUAL" || at(3, "missing") != "factor" || at(3, "object") != "" {
		t.Errorf("of what cannot be seen: %v", rows[3])
	}
}

func TestReportHTML(t *testing.T) {
	var b bytes.Buffer
	if err := report(t).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"Posture of Acme &amp; Co", "user/b", "Exception: he may", "Missing: factor.", "Score 0 %", "50 % of what is applicable", "&lt;script&gt;alert(1)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "http") {
		t.Error("the page runs or fetches something")
	}
}
