package matching_test

import (
	"reflect"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"time"

	"sallyport/internal/matching"
)

func TestLargeProgramsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"repetitions in a row": strings.Repeat("(.?){999}", 100),
		"nested":               "((a{10}){10}){10}" + strings.Repeat("(x{1000})", 20),
		"an open repetition":   strings.Repeat("a{900,}", 20),
		"a long text":          strings.Repeat("a", matching.MaxText+1),
	} {
		began := time.Now()
		if p, err := matching.Compile(text); err == nil {
			t.Errorf("%s: it is compiled to %d instructions", name, p.Size())
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: it took %s to refuse it", name, took)
		}
	}
	for _, text := range []string{`^(svc|api)[-_.]`, `(?i)[\w.+-]{1,64}@[\w.-]{1,253}`, `\p{L}{1,100}`, strings.Repeat("word|", 1000) + "end", ""} {
		if _, err := matching.Compile(text); err != nil {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	if _, err := matching.Compile("(a"); err == nil {
		t.Error("what is no expression is compiled")
	}
}

func TestAllIsBounded(t *testing.T) {
	p, err := matching.Compile(`a(.*b)?`)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := p.All(strings.Repeat("a", 1<<14), -1, 20*time.Millisecond); err == nil {
		t.Error("each of many matches looked at all of the text")
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s to give up", took)
	}
	got, err := p.All("aaxabx a", -1, time.Second)
	if want := regexp.MustCompile(`a(.*b)?`).FindAllStringSubmatchIndex("aaxabx a", -1); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v: %v", got, want, err)
	}
	if got, err := p.All(strings.Repeat("ax", 1000), 100, time.Second); len(got) != 100 || err != nil {
		t.Errorf("%d matches: %v", len(got), err)
	}
	if got, err := p.All(strings.Repeat("a\n", 1000), -1, time.Second); len(got) != 1000 || err != nil {
		t.Errorf("%d matches of 1000: %v", len(got), err)
	}
}

func TestLongTextsAreRefused(t *testing.T) {
	p, err := matching.Compile(`(.?){999}b$`)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Fits(strings.Repeat("a", p.Longest())); err != nil {
		t.Error(err)
	}
	if p.Fits(strings.Repeat("a", p.Longest()+1)) == nil || p.Longest() > 1<<20 {
		t.Errorf("a text of %d bytes fits", p.Longest()+1)
	}
}

// What is counted is no less than half of what the program has.
func FuzzMeasure(f *testing.F) {
	for _, s := range []string{`a{3,5}b*`, `(x|y{2,}){7}`, `(?i)[a-z]+?\pL{10}`, `(((a?){3}){3}){3}`, `^$|\b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := matching.Measure(text)
		if err != nil {
			return
		}
		tree, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := syntax.Compile(tree.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		if 2*n+4 < len(prog.Inst) {
			t.Fatalf("%q is measured as %d and has %d instructions", text, n, len(prog.Inst))
		}
	})
}
