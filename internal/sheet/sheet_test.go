package sheet_test

import (
	"testing"

	"sallyport/internal/sheet"
)

func TestCell(t *testing.T) {
	for _, formula := range []string{`=HYPERLINK("https://evil.example")`, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠x", "\u00a0=1"} {
		if got := sheet.Cell(formula); got != "'"+formula {
			t.Errorf("%q is written as %q", formula, got)
		}
	}
	for _, text := range []string{"", " ", "ada@acme.example", "a=b", "1-2", "'=1", "Ünal", "\xff"} {
		if got := sheet.Cell(text); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}
