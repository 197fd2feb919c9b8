package function_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

type cardIn struct {
	Object  any
	Shift   *float64      `okta:"options/shift"`
	Options *value.Object `okta:"options/*"`
	Size    any           `port:",asis" kind:"number" okta:"size"`
	Sure    any           `kind:"boolean"`
}

type cardOut struct {
	Text   *string       `okta:"output"`
	Values *value.Object `okta:"*"`
}

func card(_ function.Env, in cardIn) (cardOut, error) {
	return cardOut{Values: value.Map("object", in.Object, "options", in.Options, "size", in.Size, "sure", in.Sure, "null", in.Shift == nil)}, nil
}

// An imported card's inputs find their ports by group and key, and its outputs
// are found back.
func TestCards(t *testing.T) {
	f := function.Of("test.card", "Card", "", card).Serves("test:card")
	if f.Okta != "test:card" {
		t.Errorf("serves %q", f.Okta)
	}
	args, unknown := f.Arguments([]function.Input{
		{Key: function.Key{Name: "object"}, Value: "o"},
		{Key: function.Key{Group: "options", Name: "b"}, Value: 1.0},
		{Key: function.Key{Group: "options", Name: "a"}, Value: 2.0},
		{Key: function.Key{Group: "options", Name: "shift"}, Value: 3.0},
		{Key: function.Key{Name: "size"}, Value: "12"},
		{Key: function.Key{Name: "stray"}, Value: "x"},
		{Key: function.Key{Name: "sure"}, Value: "perhaps"},
	})
	if diff := cmp.Diff(`{"object":"o","options":{"b":1,"a":2},"shift":3,"size":"12","sure":"perhaps"}`, string(value.JSON(args))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]function.Key{{Name: "stray"}}, unknown); diff != "" {
		t.Error(diff)
	}
	if _, err := f.Run(function.Env{}, args); err == nil {
		t.Error("strictly, perhaps is a boolean")
	}
	out, err := f.Run(function.Env{Loose: true}, args)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"text":null,"values":{"object":"o","options":{"b":1,"a":2},"size":"12","sure":"perhaps","null":false}}`, string(value.JSON(out))); diff != "" {
		t.Error(diff)
	}
	if v, ok := f.Output(out, function.Key{Name: "size"}); !ok || v != "12" {
		t.Errorf("size is %v, %v", v, ok)
	}
	if v, ok := f.Output(out, function.Key{Name: "output"}); !ok || v != nil {
		t.Errorf("output is %v, %v", v, ok)
	}
	if v, ok := f.Output(out, function.Key{Group: "else", Name: "x"}); ok || v != nil {
		t.Errorf("else/x is %v, %v", v, ok)
	}
}

func TestLooseDemandsNothing(t *testing.T) {
	f := function.Of("test.echo", "Echo", "", echo)
	if _, err := f.Run(function.Env{Loose: true}, value.Map()); err != nil {
		t.Error(err)
	}
	if _, err := f.Run(function.Env{Loose: true}, value.Map("count", "many")); err == nil {
		t.Error("a number that cannot be one was taken")
	}
}

func TestResultIsBounded(t *testing.T) {
	big := string(bytes.Repeat([]byte("x"), function.MaxResult/2))
	f := function.Of("test.echo", "Echo", "", echo)
	if _, err := f.Run(function.Env{}, value.Map("name", big)); err != nil {
		t.Error(err)
	}
	if _, err := f.Run(function.Env{}, value.Map("name", big, "list", []any{big, big})); err == nil {
		t.Error("a result beyond the bound was given")
	}
}

func TestBelow(t *testing.T) {
	// The last of the 2^63 numbers would make 0 and 1 come more often than 2, and
	// is drawn again.
	last := append(bytes.Repeat([]byte{0xff}, 8), 0, 0, 0, 0, 0, 0, 0, 11)
	if n, err := (function.Env{Random: bytes.NewReader(last)}).Below(3); err != nil || n != 2 {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := (function.Env{Random: bytes.NewReader(last[:8])}).Below(3); err == nil {
		t.Errorf("got %d of a source that has no more", n)
	}
	if n, err := (function.Env{Random: bytes.NewReader(last[:8])}).Below(4); err != nil || n != 3 {
		t.Errorf("got %d, %v", n, err)
	}
	seen := map[int]bool{}
	for range 200 {
		n, err := (function.Env{}).Below(4)
		if err != nil || n < 0 || n > 3 {
			t.Fatalf("%d, %v", n, err)
		}
		seen[n] = true
	}
	if len(seen) != 4 {
		t.Errorf("of 4 numbers only %v came", seen)
	}
}
