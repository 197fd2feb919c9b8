package value_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/internal/value"
)

func TestPut(t *testing.T) {
	tests := map[string]struct {
		in, path string
		want     string // empty: refused
	}{
		"a field":                    {`{"b":1}`, "a", `{"b":1,"a":"x"}`},
		"a field again":              {`{"a":1,"b":2}`, "a", `{"a":"x","b":2}`},
		"parents are made":           {`{}`, "a.b.c", `{"a":{"b":{"c":"x"}}}`},
		"a number makes a list":      {`{}`, "commands.0.type", `{"commands":[{"type":"x"}]}`},
		"places between are null":    {`{"a":[1]}`, "a.3", `{"a":[1,null,null,"x"]}`},
		"a number is an object's":    {`{"a":{}}`, "a.0", `{"a":{"0":"x"}}`},
		"a number on top is a name":  {`{}`, "0", `{"0":"x"}`},
		"of null, a list":            {`null`, "0", `["x"]`},
		"of null, an object":         {`null`, "a", `{"a":"x"}`},
		"into a list":                {`[{"a":1}]`, "0.a", `[{"a":"x"}]`},
		"names with dots win":        {`{"a.b":{"c":1}}`, "a.b.c", `{"a.b":{"c":"x"}}`},
		"the longest name wins":      {`{"a":{},"a.b":1}`, "a.b", `{"a":{},"a.b":"x"}`},
		"a scalar makes room":        {`{"a":1}`, "a.b", `{"a":{"b":"x"}}`},
		"JSON on the way":            {`{"a":"{\"c\":1}"}`, "a.b", `{"a":{"c":1,"b":"x"}}`},
		"empty segments are no path": {`{}`, "e.g..", `{"e.g..":"x"}`},
		"a word is no position":      {`{"a":[1]}`, "a.b", ``},
		"nor is a number below zero": {`{"a":[1]}`, "a.-1", ``},
		"far behind the end":         {`{"a":[1]}`, "a.1000000000", ``},
		"too many segments":          {`{}`, strings.Repeat("a.", 600) + "a", ``},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := parse(t, tt.in)
			got, err := value.Put(in, tt.path, "x")
			if (err != nil) != (tt.want == "") || err == nil && string(value.JSON(got)) != tt.want {
				t.Errorf("got %s, %v, want %s", value.JSON(got), err, tt.want)
			}
			if now := string(value.JSON(in)); now != tt.in {
				t.Errorf("%s was changed to %s", tt.in, now)
			}
		})
	}
}

// What is built of many paths is what putting them one after the other gives, what
// it was built of stays as it is, and it takes no longer the more there is.
func TestBuilder(t *testing.T) {
	given := parse(t, `{"a":{"b":[1]},"list":[{"x":1}]}`).(*value.Object)
	before := string(value.JSON(given))
	b := value.NewBuilder()
	var one any = value.NewObject(0)
	for _, p := range []struct {
		path string
		v    any
	}{
		{"a", given.At("a")},
		{"a.b.0", 2.0},
		{"a.b.2", 3.0},
		{"a.c", given},
		{"a.c.a.b.1", 4.0},
		{"a.c.list.0.x", 5.0},
		{"l.0.x", 1.0},
		{"l.0.y", 2.0},
		{"l.1", given.At("list")},
		{"l.1.0.x", 6.0},
		{"..", 7.0},
		{"a.b", given.At("list")},
		{"a.b.0.x", 8.0},
		{"l.1.3", given},
		{"l.1.3.a.b.0", 9.0},
	} {
		if err := b.Put(p.path, p.v); err != nil {
			t.Fatal(p.path, err)
		}
		var err error
		if one, err = value.Put(one, p.path, p.v); err != nil {
			t.Fatal(p.path, err)
		}
	}
	if got, want := string(value.JSON(b.Value())), string(value.JSON(one)); got != want {
		t.Errorf("built %s, want %s", got, want)
	}
	if now := string(value.JSON(given)); now != before {
		t.Errorf("%s was changed to %s", before, now)
	}
	big := value.NewBuilder()
	for i := range 100_000 {
		for _, path := range []string{"o.f" + strconv.Itoa(i), "l." + strconv.Itoa(i), "f" + strconv.Itoa(i)} {
			if err := big.Put(path, 1.0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What was put at a path is found there.
func FuzzPut(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b.c":2}]}`), "a.1.b.c")
	f.Add([]byte(`[[]]`), "0.3.x")
	f.Add([]byte(`"{\"a\":1}"`), "a.")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		v, err := value.ParseJSON(text)
		if err != nil || slices.Contains(strings.Split(path, "."), "") {
			return
		}
		before := string(value.JSON(v))
		out, err := value.Put(v, path, "found")
		if string(value.JSON(v)) != before {
			t.Fatalf("%s was changed to %s", before, value.JSON(v))
		}
		if err == nil && value.Lookup(out, path) != "found" {
			t.Fatalf("put at %q of %s: %s", path, before, value.JSON(out))
		}
	})
}

func TestBound(t *testing.T) {
	deep := any("x")
	for range 470 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"large":       strings.Repeat("x", 1<<20),
		"many":        slices.Repeat([]any{nil}, 1<<18),
		"deep":        deep,
		"early":       time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		"late":        []any{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"within much": value.Map("a", []any{strings.Repeat("x", 1<<20)}),
	} {
		if err := value.Bound(v, 1<<20); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if err := value.Bound(value.Map("a", []any{strings.Repeat("x", 1<<19), nil, time.Now()}), 1<<20); err != nil {
		t.Error(err)
	}
}

func TestLoosely(t *testing.T) {
	if got := value.Loosely("69.173.127.24", value.Number); got != "69.173.127.24" {
		t.Errorf("an address became %v", got)
	}
	if got := value.Loosely("7", value.Number); got != 7.0 {
		t.Errorf("7 stayed %v", got)
	}
}
