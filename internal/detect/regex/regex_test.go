package regex_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/internal/detect/regex"
)

func TestLookAhead(t *testing.T) {
	for _, tt := range []struct {
		expr, flags string
		yes, no     []string
	}{
		{`^(?!admin).+$`, "", []string{"ada", "xadmin"}, []string{"admin", "administrator", ""}},
		{`^(?!admin).+$`, "i", []string{"ada"}, []string{"ADMIN"}},
		{`foo(?=bar)`, "", []string{"xfoobar"}, []string{"foobaz", "barfoo"}},
		{`^(?=.*\d)(?=.*[a-z]).{4,}$`, "", []string{"ab12", "1xxx"}, []string{"abcd", "1234", "a1"}},
		{`a(?!b(?!c))`, "", []string{"abc", "ax", "a"}, []string{"ab", "abd"}},
		{`[(?!)](?!\))x`, "", []string{"(x", "?x"}, []string{"ax"}},
		{`\(\?!a(?!b)`, "", []string{"(?!ac"}, []string{"(?!ab", "a"}},
		{`(?:a(?=b)|c)+b$`, "", []string{"ab", "cb", "cab"}, []string{"ac"}},
		{`\bé(?!è)`, "", []string{}, []string{"éè"}},
		{`\{\{([^}]+?)(?:\s*\|\s*(?!escape|escape_once|h|html_escape)[^}]+)??\s*\}\}|\{\{([^}|]+)\}\}`, "", []string{"<p>{{error}}</p>", "{{ error | upcase }}"}, []string{"<p>error</p>", "{{}}"}},
	} {
		re, err := regex.Compile(tt.expr, tt.flags)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		for _, s := range tt.yes {
			if !re.MatchString(s) || !re.Match([]byte(s)) {
				t.Errorf("%s does not match %q", tt.expr, s)
			}
		}
		for _, s := range tt.no {
			if re.MatchString(s) {
				t.Errorf("%s matches %q", tt.expr, s)
			}
		}
	}
}

func TestWhatIsNotKnown(t *testing.T) {
	for _, expr := range []string{`(?<=a)b`, `(?<!a)b(?!c)`, `(a)\1(?!b)`, `(?!a`, `(?!a)*b`, `(?=(?!a)`, `(`} {
		if re, err := regex.Compile(expr, ""); err == nil {
			t.Errorf("%s is read as %v", expr, re)
		}
	}
}

// However long the text and bad the expression, it comes to an end soon, and what
// is not decided by then counts as a match.
func TestTimeIsBounded(t *testing.T) {
	re, err := regex.Compile(`(?:a|a)*(?!.*(?:x|y)*z)(?=.*b).c`, "")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if !re.MatchString(strings.Repeat("a", 300_000)) {
		t.Error("given up, and not a match")
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

// What has no look-ahead matches as regexp says, by way of a look-ahead that
// always holds too.
// A look-ahead that is large is not made room for at each place of a text for
// nothing, and one that is larger is not taken; nor is what has none.
func TestSizeIsBounded(t *testing.T) {
	re, err := regex.Compile(`a(?!x`+strings.Repeat("(.?){350}", 4)+`b).c`, "")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if !re.MatchString(strings.Repeat("a", 300_000)) {
		t.Error("given up, and not a match")
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	large := strings.Repeat("(.?){999}", 100)
	for _, expr := range []string{large, `a(?!` + large + `)`, large + `(?=a)`} {
		if _, err := regex.Compile(expr, ""); err == nil {
			t.Errorf("%.60s is taken", expr)
		}
	}
	slow, err := regex.Compile(strings.Repeat("(.?){400}", 4)+"b$", "")
	if err != nil {
		t.Fatal(err)
	}
	if long := strings.Repeat("a", 1<<20); !slow.MatchString(long) || !slow.Match([]byte(long)) {
		t.Error("a text that is too long does not match")
	}
}

func FuzzAgree(f *testing.F) {
	f.Add("a+b?", "xaab")
	f.Add(`^(a|b)*$`, "abab\n")
	f.Add(`\bé\B`, "é")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 40 || len(text) > 200 || strings.Contains(expr, "(?") {
			return
		}
		want, err := regexp.Compile("(?:" + expr + ")")
		if err != nil {
			return
		}
		got, err := regex.Compile("(?=)(?:"+expr+")", "")
		if err != nil {
			t.Fatalf("%q: %v", expr, err)
		}
		if got.MatchString(text) != want.MatchString(text) {
			t.Fatalf("%q on %q: %v, want %v", expr, text, got.MatchString(text), want.MatchString(text))
		}
	})
}
