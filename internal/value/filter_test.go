package value_test

import (
	"strings"
	"testing"

	"sallyport/internal/value"
)

func TestFilters(t *testing.T) {
	scope := parse(t, `{"json":"{\"a\":{\"b\":[7]}}","broken":"{","text":" 12.5 kg","day":"2026-03-04","list":[1,2],"dotted":{"a.b":1},"none":null,"empty":"","n":3}`)
	lookup := func(r value.Ref) any { return value.Walk(scope, r) }
	tests := map[string]struct {
		in   string
		want string // JSON
		says string // of an error
	}{
		"a JSON text":                      {`{{ json | parse }}`, `{"a":{"b":[7]}}`, ""},
		"deep within it":                   {`{{ json | parse | get "a.b.0" }}`, `7`, ""},
		"in the text itself":               {`{{ json | get "a.b.0" }}`, `7`, ""},
		"a name with a dot comes first":    {`{{ dotted | get "a.b" }}`, `1`, ""},
		"what is no text is not parsed":    {`{{ list | parse }}`, `[1,2]`, ""},
		"an empty text parses to nothing":  {`{{ empty | parse }}`, `null`, ""},
		"no JSON":                          {`{{ broken | parse }}`, "", "broken | parse: "},
		"the number that a text begins":    {`{{ text | number }}`, `12.5`, ""},
		"no number":                        {`{{ json | number }}`, "", "json | number: "},
		"a date":                           {`{{ day | date | iso }}`, `"2026-03-04T00:00:00.000Z"`, ""},
		"no date":                          {`{{ json | date }}`, "", "json | date: "},
		"a list of one":                    {`{{ n | list }}`, `[3]`, ""},
		"a list stays":                     {`{{ list | list }}`, `[1,2]`, ""},
		"JSON of a list":                   {`{{ list | stringify }}`, `"[1,2]"`, ""},
		"a text stays without quotes":      {`{{ day | stringify }}`, `"2026-03-04"`, ""},
		"a number as text":                 {`{{ n | text }}`, `"3"`, ""},
		"what fits a kind":                 {`{{ n | as "text" }}`, `"3"`, ""},
		"what does not fit stays":          {`{{ text | as "number" }}`, `" 12.5 kg"`, ""},
		"in place of nothing":              {`{{ none | default "-" }}{{ empty | default "|}}" }}`, `"-|}}"`, ""},
		"nothing stays nothing":            {`{{ none | parse | number | list }}`, `null`, ""},
		"an unknown filter":                {`{{ n | upper }}`, "", `there is no filter "upper"`},
		"an argument where none is wanted": {`{{ n | text "x" }}`, "", "takes no argument"},
		"no argument where one is":         {`{{ n | get }}`, "", "wants an argument in quotes"},
		"an unknown kind":                  {`{{ n | as "money" }}`, "", `no kind "money"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tpl, err := value.ParseTemplate(tt.in)
			var got any
			if err == nil {
				got, err = tpl.Resolve(lookup)
			}
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("error %v, want one with %q", err, tt.says)
				}
				return
			}
			if err != nil || string(value.JSON(got)) != tt.want {
				t.Errorf("got %s, %v, want %s", value.JSON(got), err, tt.want)
			}
			if again, err := value.ParseTemplate(tpl.Source()); err != nil || !value.Equal(again.Source(), tpl.Source()) {
				t.Errorf("its source %s reads as something else: %v", value.JSON(tpl.Source()), err)
			}
		})
	}
}
