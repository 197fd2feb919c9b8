package functions

import (
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	tests := map[string]struct {
		pattern, text string
		want          bool
	}{
		"blanks of every kind":       {`^\s$`, "\u00a0", true},
		"blanks in a class":          {`^[\sx]$`, "\u2003", true},
		"no blank":                   {`^\S$`, "\u00a0", false},
		"a sign by its number":       {`^\u00e4$`, "ä", true},
		"a sign by two digits":       {`^\x41$`, "A", true},
		"anything at all":            {`^[^]$`, "\n", true},
		"nothing at all":             {`[]`, "a", false},
		"a bracket in brackets":      {`^[[]$`, "[", true},
		"an escaped slash":           {`^a\/b$`, "a/b", true},
		"escaped signs":              {`^\-\@\#\.$`, "-@#.", true},
		"brackets behind an escape":  {`^\[(?:a)\]$`, "[a]", true},
		"a question in brackets":     {`^[(?=]$`, "=", true},
		"a named group":              {`^(?<x>a)$`, "a", true},
		"case is left out on demand": {`^ä$`, "Ä", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			re, err := pattern("pattern", tt.pattern, tt.pattern != `^ä$`)
			if err != nil || re.MatchString(tt.text) != tt.want {
				t.Errorf("%s on %q: %v", tt.pattern, tt.text, err)
			}
		})
	}
	for name, source := range map[string]string{
		"ahead": `a(?=b)`, "not ahead": `a(?!b)`, "behind": `(?<!a)b`, "back": `(a)\1`, "back by name": `(?<x>a)\k<x>`,
		"open": `[a`, "much": `a{100000}`, "much of much": `((a{900}){900}){900}`, "long": strings.Repeat("a", 20000),
	} {
		if _, err := pattern("pattern", source, true); err == nil || !strings.HasPrefix(err.Error(), "pattern: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is taken as a regular expression is used without harm.
func FuzzPattern(f *testing.F) {
	f.Add(`^[^]\s[\]\s-]+\u00e4(?<x>a|b)$`, "a b", "$1 $& $$ $2x $")
	f.Add(`\`, "", "$")
	f.Fuzz(func(t *testing.T, source, in, by string) {
		re, err := pattern("pattern", source, true)
		if err != nil || len(in) > 1000 {
			return
		}
		out, err := replace(in, re, by, true)
		if err == nil && !re.MatchString(in) && out != in {
			t.Fatalf("%q was changed to %q, though %q does not fit", in, out, source)
		}
	})
}
