// Package sheet keeps spreadsheets from carrying out what is written for them: much
// of what is exported was chosen by strangers, names above all.
package sheet

import (
	"strings"
	"unicode/utf8"
)

// Cell returns a text as the cell of a CSV file. One that a spreadsheet would take
// for a formula, after a blank that it passes over too, has an apostrophe before it,
// by which spreadsheets know a text.
func Cell(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " \u00a0"))
	if strings.ContainsRune("=+-@＝＋－＠", first) || text != "" && strings.ContainsRune("\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
