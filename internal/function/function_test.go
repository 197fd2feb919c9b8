package function_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

type in struct {
	Name      string `port:",required"`
	Count     float64
	Sure      bool
	StartedAt time.Time
	Nested    *value.Object
	List      []any
	Whatever  any
	Renamed   string        `port:"other name"`
	Rest      *value.Object `port:"*"`
}

type out struct {
	Text  string
	Count float64
	At    time.Time
	Obj   *value.Object
	List  []any
	Any   any
	Same  *value.Object
}

// echo gives back what it was given.
func echo(_ function.Env, i in) (out, error) {
	obj := value.Map("rest", i.Rest, "renamed", i.Renamed, "sure", i.Sure)
	return out{Text: i.Name, Count: i.Count, At: i.StartedAt, Obj: obj, List: i.List, Any: i.Whatever, Same: i.Nested}, nil
}

func TestPorts(t *testing.T) {
	f := function.Of("test.echo", "Echo", "Gives back.", echo)
	if f.ID != "test.echo" || f.Title != "Echo" || f.Help != "Gives back." || !f.Extensible || f.Effect {
		t.Errorf("%+v", f)
	}
	want := []function.Port{
		{Name: "name", Title: "name", Type: value.Text, Required: true},
		{Name: "count", Title: "count", Type: value.Number},
		{Name: "sure", Title: "sure", Type: value.Boolean},
		{Name: "started_at", Title: "started at", Type: value.Date},
		{Name: "nested", Title: "nested", Type: value.Obj},
		{Name: "list", Title: "list", Type: value.List},
		{Name: "whatever", Title: "whatever", Type: value.Any},
		{Name: "other name", Title: "other name", Type: value.Text},
	}
	if diff := cmp.Diff(want, f.In); diff != "" {
		t.Error(diff)
	}
	if names := []string{f.Out[0].Name, f.Out[2].Name}; names[0] != "text" || names[1] != "at" || f.Out[2].Type != value.Date || len(f.Out) != 7 {
		t.Errorf("%+v", f.Out)
	}
	if plain := function.Of("test.plain", "", "", func(function.Env, struct{ A string }) (struct{}, error) { return struct{}{}, nil }); plain.Extensible || !plain.AsEffect().Effect || plain.Effect {
		t.Errorf("%+v", plain)
	}
}

func TestRun(t *testing.T) {
	tests := map[string]struct {
		args *value.Object
		want string // the result as JSON
		says string // of an error
	}{
		"what fits is passed on": {
			args: value.Map("name", "Ada", "count", 2.0, "sure", true, "started_at", "2026-03-04T05:06:07Z", "nested", value.Map("a", 1.0), "list", []any{"x"}, "whatever", "y", "other name", "z", "more", 3.0),
			want: `{"text":"Ada","count":2,"at":"2026-03-04T05:06:07.000Z","obj":{"rest":{"more":3},"renamed":"z","sure":true},"list":["x"],"any":"y","same":{"a":1}}`,
		},
		"what is left out is nothing": {
			args: value.Map("name", "Ada"),
			want: `{"text":"Ada","count":0,"at":null,"obj":{"rest":{},"renamed":"","sure":false},"list":null,"any":null,"same":null}`,
		},
		"null is nothing": {
			args: value.Map("name", "Ada", "count", nil, "list", nil, "started_at", nil, "more", nil),
			want: `{"text":"Ada","count":0,"at":null,"obj":{"rest":{"more":null},"renamed":"","sure":false},"list":null,"any":null,"same":null}`,
		},
		"a number where a text is wanted":     {args: value.Map("name", 7.5), want: `{"text":"7.5","count":0,"at":null,"obj":{"rest":{},"renamed":"","sure":false},"list":null,"any":null,"same":null}`},
		"a text of digits where a number is":  {args: value.Map("name", "Ada", "count", "12"), want: `{"text":"Ada","count":12,"at":null,"obj":{"rest":{},"renamed":"","sure":false},"list":null,"any":null,"same":null}`},
		"a big number is rounded to count":    {args: value.Map("name", value.Big("9007199254740993"), "count", "9007199254740993", "whatever", value.Big("9007199254740993")), want: `{"text":"9007199254740993","count":9007199254740992,"at":null,"obj":{"rest":{},"renamed":"","sure":false},"list":null,"any":9007199254740993,"same":null}`},
		"what is demanded is not there":       {args: value.Map("count", 1.0), says: "name: a value is wanted"},
		"what is demanded is null":            {args: value.Map("name", nil), says: "name: a value is wanted"},
		"nothing at all":                      {args: nil, says: "name: a value is wanted"},
		"a text that is no number":            {args: value.Map("name", "Ada", "count", "many"), says: "count: "},
		"a text that is no date":              {args: value.Map("name", "Ada", "started_at", "soon"), says: "started_at: "},
		"a list where an object is wanted":    {args: value.Map("name", "Ada", "nested", []any{1.0}), says: "nested: "},
		"an error names the port by its name": {args: value.Map("name", "Ada", "sure", "perhaps"), says: "sure: "},
	}
	f := function.Of("test.echo", "Echo", "", echo)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := f.Run(function.Env{Now: time.Now}, tt.args)
			if tt.says != "" {
				if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), tt.says) {
					t.Errorf("error %v, want one that begins with %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(value.JSON(got))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRunFails(t *testing.T) {
	broken := errors.New("broken")
	f := function.Of("test.fail", "", "", func(function.Env, struct{}) (struct{ N int }, error) { return struct{ N int }{}, broken })
	if out, err := f.Run(function.Env{}, nil); !errors.Is(err, broken) || out != nil {
		t.Errorf("%v, %v", out, err)
	}
	// A result that is no value is the function's mistake, and said with its port.
	f = function.Of("test.odd", "", "", func(function.Env, struct{}) (struct{ Made any }, error) {
		return struct{ Made any }{make(chan int)}, nil
	})
	if out, err := f.Run(function.Env{}, nil); err == nil || !strings.HasPrefix(err.Error(), "made: ") {
		t.Errorf("%v, %v", out, err)
	}
	// The clock is the one that the run has.
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	f = function.Of("test.now", "", "", func(e function.Env, _ struct{}) (struct{ Now time.Time }, error) {
		return struct{ Now time.Time }{e.Now()}, nil
	})
	if out, err := f.Run(function.Env{Now: func() time.Time { return at }}, nil); err != nil || !value.Equal(out.At("now"), value.Instant(at)) {
		t.Errorf("%v, %v", out, err)
	}
}
