package scan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sallyport/internal/scan"
)

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		at   int
	}{
		"a trailing comma":  {`{"uuid":"u",}`, 12},
		"cut":               {`{"uuid":"u"`, 11},
		"nothing":           {``, 0},
		"two":               {`{} {}`, 3},
		"no such escape":    {`{"uuid":"\x"}`, 10},
		"a control":         {"{\"uuid\":\"a\nb\"}", 10},
		"a leading zero":    {`{"uuid":01}`, 9},
		"a bare word":       {`{"uuid":nul}`, 8},
		"a number cut":      {`{"uuid":1.}`, 10},
		"another bracket":   {`{"a":[1}`, 7},
		"a name unquoted":   {`{a:1}`, 1},
		"no colon":          {`{"a" 1}`, 5},
		"an escape cut":     {`"\u12`, 5},
		"a text not closed": {`["a`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if scan.Valid([]byte(tt.text)) {
				t.Error("it is taken for valid")
			}
			e, ok := errors.AsType[*scan.SyntaxError](scan.Check([]byte(tt.text)))
			if !ok || e.Offset != tt.at || e.Reason == "" {
				t.Errorf("got %v, want byte %d", e, tt.at)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	for _, depth := range []int{1, 63, 64, 65, 66, 200, scan.MaxDepth - 1, scan.MaxDepth, scan.MaxDepth + 1} {
		for _, text := range []string{
			strings.Repeat("[", depth) + strings.Repeat("]", depth),
			strings.Repeat(`{"a":[`, depth/2) + strings.Repeat("]}", depth/2),
			strings.Repeat("[", depth) + strings.Repeat("]", depth-1) + "}",
		} {
			if got, want := scan.Valid([]byte(text)), json.Valid([]byte(text)); got != want {
				t.Errorf("%d deep, %.10s: valid is %v, want %v", depth, text, got, want)
			}
		}
	}
	if scan.Check([]byte(`{"a":1}`)) != nil {
		t.Error("valid JSON is found wanting")
	}
}

// What is valid is what the standard library takes, and a text stands for what it
// reads.
func FuzzValid(f *testing.F) {
	for _, s := range []string{
		`{"a":{"b":[1,-0.5e+3,true,false,null,{},[]]}}`, "  [ 1 , \"x\" ]\n", `"\u00e9\ud83d\ude00\ud83d\ud83d\ude00\n\/"`,
		`{ "a long name that takes three steps" : "and a text, which goes on and on" }`, "\"\xff\xc3\"", `[1}`, `{"a":`, `1e`, `"`, `-`, `tru`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := scan.Valid(text), json.Valid(text); got != want {
			t.Fatalf("valid is %v, want %v: %q", got, want, text)
		}
		if err := scan.Check(text); (err == nil) != json.Valid(text) {
			t.Fatalf("check says %v: %q", err, text)
		}
		quoted := append(append([]byte{'"'}, text...), '"')
		var want string
		if json.Unmarshal(quoted, &want) != nil {
			return
		}
		if got := string(scan.Unescape(nil, text)); got != want {
			t.Fatalf("%q stands for %q, want %q", text, got, want)
		}
	})
}
