package draft

import (
	"strconv"
	"strings"

	"sallyport/internal/errs"
)

// words cuts a command into its words as a POSIX shell does: quotes, escapes,
// $'…' and lines that go on. Nothing is expanded: $NAME stays as it is written.
// It ends at what begins another command.
func words(command string) ([]string, error) {
	var out []string
	var word strings.Builder
	begun := false
	flush := func() {
		if begun {
			out = append(out, word.String())
		}
		word.Reset()
		begun = false
	}
	s := command
	for len(s) > 0 {
		switch n := continuation(s); {
		case n > 0:
			s = s[n:]
		case s[0] == ' ' || s[0] == '\t':
			flush()
			s = s[1:]
		case strings.IndexByte("\r\n|;&<>", s[0]) >= 0 && (len(out) > 0 || begun):
			flush()
			return out, nil
		case s[0] == '\r' || s[0] == '\n':
			s = s[1:]
		case s[0] == '\\' && len(s) > 1:
			word.WriteByte(s[1])
			begun, s = true, s[2:]
		case strings.IndexByte("'\"", s[0]) >= 0 || strings.HasPrefix(s, "$'"):
			text, rest, err := quoted(s)
			if err != nil {
				return nil, err
			}
			word.WriteString(text)
			begun, s = true, rest
		default:
			word.WriteByte(s[0])
			begun, s = true, s[1:]
		}
	}
	flush()
	return out, nil
}

// continuation returns the length of what makes a line go on in the next one, or
// 0 where there is none.
func continuation(s string) int {
	for _, end := range []string{"\\\r\n", "\\\n", "^\n"} {
		if strings.HasPrefix(s, end) {
			return len(end)
		}
	}
	return 0
}

// quoted reads what stands in the quotes that a text begins with.
func quoted(s string) (text, rest string, err error) {
	ansi := s[0] == '$'
	if ansi {
		s = s[1:]
	}
	quote := s[0]
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return out.String(), s[i+1:], nil
		case s[i] == '\\' && ansi && i+1 < len(s):
			i += ansiEscape(&out, s[i:]) - 1
		case s[i] == '\\' && quote == '"' && i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) >= 0:
			if i++; s[i] != '\n' {
				out.WriteByte(s[i])
			}
		default:
			out.WriteByte(s[i])
		}
	}
	return "", "", errs.New(errs.Invalid, "the command has a %c that is not closed", quote)
}

// ansiEscape writes what an escape of $'…' stands for, and returns its length.
func ansiEscape(out *strings.Builder, s string) int {
	if i := strings.IndexByte("ntr", s[1]); i >= 0 {
		out.WriteByte("\n\t\r"[i])
		return 2
	}
	for letter, digits := range map[byte]int{'x': 2, 'u': 4, 'U': 8} {
		if s[1] != letter || len(s) < 2+digits {
			continue
		}
		if n, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil {
			out.WriteRune(rune(n)) //nolint:gosec // of 32 bits; what is no character becomes U+FFFD
			return 2 + digits
		}
	}
	out.WriteByte(s[1])
	return 2
}
