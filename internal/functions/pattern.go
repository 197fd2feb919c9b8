package functions

import (
	"errors"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/matching"
)

// maxPattern bounds a regular expression, and maxSearched a text of which all
// that fits is replaced, in bytes: each match takes memory.
const (
	maxPattern  = 10000
	maxSearched = 2 << 20
	// searchWithin is how long the search for all matches may take.
	searchWithin = time.Second
)

// pattern reads a regular expression of JavaScript's kind for an engine that
// takes time in proportion to the text (RE2). What that engine cannot do,
// looking around and referring back, is refused in words. port names the input
// in errors.
func pattern(port, source string, sensitive bool) (*matching.Pattern, error) {
	if len(source) > maxPattern {
		return nil, errs.New(errs.Invalid, "%s: a regular expression of more than %d characters", port, maxPattern)
	}
	translated, err := translate(source)
	if err != nil {
		return nil, errs.New(errs.Invalid, "%s: %.80q: %v", port, source, err)
	}
	if !sensitive {
		translated = "(?i)" + translated
	}
	re, err := matching.Compile(translated)
	if wrong, ok := errors.AsType[*syntax.Error](err); ok {
		return nil, errs.New(errs.Invalid, "%s: %.80q is no regular expression: %s: %.40q", port, source, wrong.Code, wrong.Expr)
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "%s: %v", port, err)
	}
	return re, nil
}

// translate writes what JavaScript writes differently.
func translate(source string) (string, error) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(source); i++ {
		rest := source[i:]
		switch c := source[i]; {
		case c == '\\' && len(rest) > 1:
			written, size, err := escape(rest, inClass)
			if err != nil {
				return "", err
			}
			b.WriteString(written)
			i += size - 1
			continue
		case !inClass && looksAround(rest):
			return "", errors.New("looking ahead or behind is not supported here; write what is to be found itself")
		case !inClass && strings.HasPrefix(rest, "[^]"):
			b.WriteString(`[\s\S]`)
			i += 2
			continue
		case !inClass && strings.HasPrefix(rest, "[]"):
			b.WriteString(`[^\s\S]`)
			i++
			continue
		case c == '[':
			if inClass { // a bracket in brackets is itself
				b.WriteByte('\\')
			}
			inClass = true
		case c == ']':
			inClass = false
		}
		b.WriteByte(source[i])
	}
	return b.String(), nil
}

func looksAround(rest string) bool {
	return slices.ContainsFunc([]string{"(?=", "(?!", "(?<=", "(?<!"}, func(p string) bool { return strings.HasPrefix(rest, p) })
}

// escape translates a sequence that begins with a backslash, and says how long
// it is.
func escape(rest string, inClass bool) (written string, size int, err error) {
	const space = `\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	switch c := rest[1]; {
	case c == 'u' && len(rest) >= 6 && isHex(rest[2:6]):
		return `\x{` + rest[2:6] + "}", 6, nil
	case c >= '1' && c <= '9' && !inClass, strings.HasPrefix(rest, `\k<`):
		return "", 0, errors.New("referring back to a group is not supported here")
	case inClass && c == 's':
		return space, 2, nil
	case inClass && c == 'b':
		return `\x08`, 2, nil
	case inClass:
	case c == 's':
		return "[" + space + "]", 2, nil
	case c == 'S':
		return "[^" + space + "]", 2, nil
	}
	return rest[:2], 2, nil
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// replace puts replacement in place of the first match, or of all. In it $1 to
// $99 stand for groups, $& for the match and $$ for a dollar, as in JavaScript.
func replace(in string, re *matching.Pattern, replacement string, all bool) (string, error) {
	if len(in) > maxSearched {
		return "", errs.New(errs.Invalid, "text: more than %d MB cannot be searched by expressions", maxSearched>>20)
	}
	matches := 1
	if all {
		matches = -1
	}
	found, err := re.All(in, matches, searchWithin)
	if err != nil {
		return "", errs.New(errs.Invalid, "text: %v", err)
	}
	var out text
	last := 0
	for _, m := range found {
		out.add(in[last:m[0]])
		expand(&out, replacement, in, m)
		last = m[1]
		if out.err != nil {
			return "", out.err
		}
	}
	out.add(in[last:])
	return out.String(), out.err
}

func expand(out *text, replacement, in string, m []int) {
	for {
		before, after, ok := strings.Cut(replacement, "$")
		out.add(before)
		if !ok {
			return
		}
		switch group, size := groupOf(after, len(m)/2); {
		case strings.HasPrefix(after, "$"):
			out.add("$")
			replacement = after[1:]
		case size > 0:
			if m[2*group] >= 0 {
				out.add(in[m[2*group]:m[2*group+1]])
			}
			replacement = after[size:]
		default:
			out.add("$")
			replacement = after
		}
	}
}

// groupOf reads the number of a group behind a dollar, or & for the whole
// match, and returns how long it is; 0 where there is no such group.
func groupOf(after string, groups int) (group, size int) {
	if strings.HasPrefix(after, "&") {
		return 0, 1
	}
	for size = min(2, len(after)); size > 0; size-- {
		n, err := strconv.Atoi(after[:size])
		if err == nil && n > 0 && n < groups && after[0] != '+' {
			return n, size
		}
	}
	return 0, 0
}
