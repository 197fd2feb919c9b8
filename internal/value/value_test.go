package value_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"sallyport/internal/value"
)

func TestJSONKeepsOrderAndNumbers(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"field order":       {`{"z":1,"a":{"y":2,"b":3}}`, `{"z":1,"a":{"y":2,"b":3}}`},
		"last of repeated":  {`{"a":1,"a":2}`, `{"a":2}`},
		"whole number":      {`133008487710000000`, `133008487710000000`},
		"fraction":          {`0.1`, `0.1`},
		"small":             {`0.0000001`, `1e-7`},
		"large":             {`1e21`, `1e+21`},
		"negative zero":     {`-0`, `0`},
		"beyond 2^53":       {`9007199254740993`, `9007199254740993`},
		"below -2^53":       {`-9007199254740993`, `-9007199254740993`},
		"2^53 itself":       {`9007199254740992`, `9007199254740992`},
		"64 bits":           {`18446744073709551615`, `18446744073709551615`},
		"thirty digits":     {`123456789012345678901234567890`, `123456789012345678901234567890`},
		"within a value":    {`{"ids":[9007199254740993]}`, `{"ids":[9007199254740993]}`},
		"digits with point": {`9007199254740993.0`, `9007199254740992`},
		"escapes":           {`"\u00e9\n\"<"`, `"é\n\"<"`},
		"empty containers":  {`{"a":[],"b":{}}`, `{"a":[],"b":{}}`},
		"many fields index": {`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13}`, `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := value.ParseJSON([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(value.JSON(v)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestJSONRefuses(t *testing.T) {
	deep := bytes.Repeat([]byte("["), 2000)
	for name, in := range map[string]string{
		"nothing": ``, "cut": `{"a":`, "two": `1 2`, "word": `nul`, "huge number": `1e999`, "too deep": string(deep),
	} {
		if v, err := value.ParseJSON([]byte(in)); err == nil {
			t.Errorf("%s: read as %v", name, v)
		}
	}
}

func TestStoredFormKeepsDates(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)
	in := value.Map("at", at, "$date", "a name like ours", "$$x", []any{at, nil, "2026-03-04T05:06:07.089Z"})
	got, err := value.Load(value.Store(in))
	if err != nil {
		t.Fatal(err)
	}
	if !value.Equal(got, in) {
		t.Errorf("got %s, want %s", value.Store(got), value.Store(in))
	}
	if _, ok := got.(*value.Object).At("at").(time.Time); !ok {
		t.Error("a date came back as something else")
	}
}

func TestConvert(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		in   any
		kind value.Kind
		want any
		bad  bool
	}{
		"numeric text":            {in: " 12.5 ", kind: value.Number, want: 12.5},
		"digits of a big number":  {in: " +0133008487710000001 ", kind: value.Number, want: value.Big("133008487710000001")},
		"seventeen zeros":         {in: "00000000000000000", kind: value.Number, want: 0.0},
		"big number to text":      {in: value.Big("9007199254740993"), kind: value.Text, want: "9007199254740993"},
		"big number is no date":   {in: value.Big("9007199254740993"), kind: value.Date, bad: true},
		"big number is no truth":  {in: value.Big("9007199254740993"), kind: value.Boolean, bad: true},
		"word is no number":       {in: "twelve", kind: value.Number, bad: true},
		"infinite is no number":   {in: "Inf", kind: value.Number, bad: true},
		"number to text":          {in: 200.0, kind: value.Text, want: "200"},
		"true text":               {in: "True", kind: value.Boolean, want: true},
		"empty text is null":      {in: "", kind: value.Number, want: nil},
		"empty text stays a text": {in: "", kind: value.Text, want: ""},
		"iso text to date":        {in: "2026-03-04", kind: value.Date, want: at},
		"american text to date":   {in: "03/04/2026", kind: value.Date, want: at},
		"date to text":            {in: at, kind: value.Text, want: "2026-03-04T00:00:00.000Z"},
		"json text to object":     {in: `{"a":1}`, kind: value.Obj, want: value.Map("a", 1.0)},
		"text to list":            {in: "a", kind: value.List, want: []any{"a"}},
		"json text to list":       {in: `["a"]`, kind: value.List, want: []any{"a"}},
		"object is no number":     {in: value.Map(), kind: value.Number, bad: true},
		"null is always null":     {in: nil, kind: value.Number, want: nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := value.Convert(tt.in, tt.kind)
			if (err != nil) != tt.bad {
				t.Fatalf("error %v, want one: %v", err, tt.bad)
			}
			if err == nil && !value.Equal(got, tt.want) {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	v, err := value.ParseJSON([]byte(`{"a":{"b":[{"c":1},{"c":2}]},"x.y":3,"x":{"y":4,"z":5},"json":"{\"k\":[7]}"}`))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]any{
		"a.b.1.c": 2.0, "x.y": 3.0, "x.z": 5.0, "json.k.0": 7.0,
		"a.b.9": nil, "a.q.r": nil, "x.y.z": nil, "a.b.-1": nil,
	}
	for path, want := range tests {
		if got := value.Lookup(v, path); !value.Equal(got, want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}

func TestOfRefusesForeignTypes(t *testing.T) {
	if _, err := value.Of(map[string]any{"a": struct{}{}}); err == nil {
		t.Error("a struct was taken for a value")
	}
	got, err := value.Of(map[string]any{"b": 1, "a": []string{"x"}})
	if err != nil || string(value.JSON(got)) != `{"a":["x"],"b":1}` {
		t.Errorf("got %s, %v", value.JSON(got), err)
	}
}

// What is read and written again reads to the same value, and agrees with the
// standard library on what is JSON.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x",null,true]}`, `"\ud800"`, `[[[]]]`, `{"$date":"2026-01-01T00:00:00Z"}`, `1e400`, `[-9007199254740993,1e22]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := value.ParseJSON(text)
		if err != nil {
			return
		}
		out := value.JSON(v)
		if !json.Valid(out) {
			t.Fatalf("%q became %q, which is no JSON", text, out)
		}
		// A whole number keeps its digits.
		if n, ok := new(big.Int).SetString(string(text), 10); ok && n.BitLen() < 69 && n.String() != string(out) {
			t.Fatalf("%q became %q", text, out)
		}
		again, err := value.ParseJSON(out)
		if err != nil || !value.Equal(v, again) {
			t.Fatalf("%q became %q, then %v, %v", text, out, again, err)
		}
		stored, err := value.Load(value.Store(v))
		if err != nil || !value.Equal(v, stored) {
			t.Fatalf("%q stored as %q reads %v, %v", text, value.Store(v), stored, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-03-04T05:06:07Z", "1767225600", "03/04/26", "Mon, 02 Jan 2006 15:04:05 MST"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := value.ParseDate(s)
		if err != nil || at.Year() < 1 || at.Year() > 9999 {
			return
		}
		again, err := value.ParseDate(value.ISO(at))
		if err != nil || !again.Equal(at) {
			t.Fatalf("%q is %v, whose text reads %v, %v", s, at, again, err)
		}
	})
}
