package expr_test

import (
	"strings"
	"testing"
	"time"

	"sallyport/internal/expr"
)

// Nothing that an expression holds a text against takes long: not a short pattern
// that stands for a large one, not a long text, not many matches.
func TestPatternsAreBounded(t *testing.T) {
	long := strings.Repeat("a", 1<<16)
	for name, tt := range map[string]struct{ source, text, pattern string }{
		"a large program":          {`x.matches(p)`, "a", strings.Repeat("(.?){999}", 100) + "b$"},
		"a long text":              {`x.matches(p)`, long, strings.Repeat("(.?){500}", 3) + "b$"},
		"a long text to extract":   {`x.regexExtract(p)`, long, strings.Repeat("(.?){500}", 3) + "b$"},
		"many matches":             {`x.regexReplace(p, "y")`, long[:1<<14], "a(.*b)?"},
		"many times":               {`x.split("").map(c, x.matches(p)).size()`, long[:1000], "b" + strings.Repeat("(.?){100}", 20)},
		"many times, all replaced": {`x.split("").map(c, x.regexReplace(p, "y")).size()`, long[:1<<12], "a(.*b)?"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := expr.Compile(tt.source, "x", "p")
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if v, err := p.Eval(map[string]any{"x": tt.text, "p": tt.pattern}); err == nil {
				t.Errorf("it gives %.40v", v)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s to give up", took)
			}
		})
	}
}
