package value_test

import (
	"testing"

	"sallyport/internal/value"
)

func parse(t *testing.T, text string) any {
	t.Helper()
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTemplate(t *testing.T) {
	scope := parse(t, `{"read":{"profile":{"email":"ada@acme.example","Cost Center":7},"groups":["a","b"]},"empty":null}`)
	lookup := func(r value.Ref) any { return value.Walk(scope, r) }
	tests := map[string]struct{ in, want string }{
		"one reference keeps its kind":   {`"{{ read.groups }}"`, `["a","b"]`},
		"text around it makes it a text": {`"<{{ read.groups }}>"`, `"<[\"a\",\"b\"]>"`},
		"two in a text":                  {`"{{read.profile.email}} {{ read.profile[\"Cost Center\"] }}"`, `"ada@acme.example 7"`},
		"position in a list":             {`"{{ read.groups.1 }}"`, `"b"`},
		"null renders empty":             {`"a{{ empty }}b"`, `"ab"`},
		"what is not there is null":      {`"{{ read.none.at.all }}"`, `null`},
		"at any depth":                   {`{"to":["{{ read.profile.email }}",1],"x":{"y":"{{ read.groups.0 }}"}}`, `{"to":["ada@acme.example",1],"x":{"y":"a"}}`},
		"marked literal":                 {`{"a":{"literal":"{{ read.groups }}"}}`, `{"a":"{{ read.groups }}"}`},
		"no reference":                   {`{"a":[1,"x"]}`, `{"a":[1,"x"]}`},
		"single braces are text":         {`"{a} }} {"`, `"{a} }} {"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tpl, err := value.ParseTemplate(parse(t, tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(value.JSON(tpl.Eval(lookup))); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			again, err := value.ParseTemplate(tpl.Source())
			if err != nil || string(value.JSON(again.Eval(lookup))) != tt.want {
				t.Errorf("its source %s means something else (%v)", value.JSON(tpl.Source()), err)
			}
		})
	}
}

func TestTemplateRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"not closed": `"{{ a.b"`, "empty": `"{{ }}"`, "two names": `"{{ a b }}"`, "open bracket": `"{{ a[\"b\" }}"`,
		"bare bracket": `"{{ a[b] }}"`, "ends in a dot": `"{{ a. }}"`,
	} {
		if _, err := value.ParseTemplate(parse(t, in)); err == nil {
			t.Errorf("%s: %s was taken", name, in)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{`"{{ a.b }}"`, `{"literal":{"literal":"{{x}}"}}`, `["{{a[\"b c\"]}} and","{{"]`} {
		f.Add([]byte(s))
	}
	f.Add([]byte(`"{{ a.b | parse | get \"c.d\" }} and {{ x | default \"}}\" }}"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := value.ParseJSON(text)
		if err != nil {
			return
		}
		tpl, err := value.ParseTemplate(v)
		if err != nil {
			return
		}
		lookup := func(r value.Ref) any { return r.String() }
		want := tpl.Eval(lookup)
		again, err := value.ParseTemplate(tpl.Source())
		if err != nil || !value.Equal(again.Eval(lookup), want) {
			t.Fatalf("%s has the source %s, which reads %v (%v)", text, value.JSON(tpl.Source()), again, err)
		}
	})
}
