package ask

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sallyport/internal/ask/lite"
	"sallyport/internal/errs"
)

// explain returns why a question was not understood, with where that is and what
// could have been meant.
func explain(text string, err error) error {
	if denied, ok := errors.AsType[*DeniedError](err); ok {
		return errs.Wrap(errs.Denied, denied, "%s", denied)
	}
	e, ok := errors.AsType[*lite.Error](err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return err
		}
		return fault(text, -1, hint(text, err.Error()))
	}
	if lite.TooLarge(err) || lite.NoFiles(err) {
		return err
	}
	return fault(text, e.Offset, hint(text, e.Msg))
}

// hint adds to what SQLite says what there is instead of what is not there.
func hint(text, msg string) string {
	if name, ok := strings.CutPrefix(msg, "no such table: "); ok {
		all := viewNames()
		return fmt.Sprintf("there is no view %q%s. There is %s", name, nearest(name, all), strings.Join(all, ", "))
	}
	name, ok := strings.CutPrefix(msg, "no such column: ")
	if !ok {
		return msg
	}
	name = name[strings.LastIndexByte(name, '.')+1:]
	var says []string
	var all []string
	for _, v := range named(text) {
		columns := columnNames(v)
		all = append(all, columns...)
		says = append(says, v.Name+" has "+strings.Join(columns, ", "))
	}
	return strings.Join(append([]string{fmt.Sprintf("there is no column %q%s", name, nearest(name, all))}, says...), ". ")
}

func viewNames() []string {
	var out []string
	for _, v := range Views() {
		out = append(out, v.Name)
	}
	return out
}

func columnNames(v View) []string {
	var out []string
	for _, c := range v.Columns {
		out = append(out, c.Name)
	}
	return out
}

// nearest says which of some names was probably meant.
func nearest(name string, of []string) string {
	name = strings.ToLower(name)
	best, at := "", 3
	for _, s := range of {
		if d := distance(name, s); d < at && d < len(s) {
			best, at = s, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is how many letters are to be changed, added or taken away to make one
// word of the other.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// named returns the views that a question names, in their order. What stands in
// quotes of texts and in comments names none.
func named(text string) []View {
	words := Words(text)
	out := slices.DeleteFunc(Views(), func(v View) bool { return !slices.Contains(words, v.Name) })
	slices.SortFunc(out, func(a, b View) int { return cmp.Compare(slices.Index(words, a.Name), slices.Index(words, b.Name)) })
	return out
}

// Words returns the names and keywords of a question in lower case, without what
// stands in texts, numbers and comments. A text that SQLite would not take gives
// the words that can be told.
func Words(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'':
			i = behind(text, i+1, "'")
		case strings.HasPrefix(text[i:], "--"):
			i = behind(text, i, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = behind(text, i+2, "*/")
		case c == '"' || c == '`' || c == '[':
			end := behind(text, i+1, map[byte]string{'"': `"`, '`': "`", '[': "]"}[c])
			out = append(out, strings.ToLower(strings.TrimRight(text[i+1:end], "\"`]")))
			i = end
		case letter(c):
			end := i
			for end < len(text) && (letter(text[end]) || '0' <= text[end] && text[end] <= '9' || text[end] == '$') {
				end++
			}
			out = append(out, strings.ToLower(text[i:end]))
			i = end
		default:
			i++
		}
	}
	return out
}

// behind returns where a text goes on after an end; its own end where there is none.
func behind(text string, from int, end string) int {
	i := strings.Index(text[from:], end)
	if i < 0 {
		return len(text)
	}
	return from + i + len(end)
}

func letter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }
