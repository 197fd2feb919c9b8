package functions

import (
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestTextRandom(t *testing.T) {
	check(t, "text.random", map[string]example{
		"none":       {`{"length":0}`, `{"text":""}`},
		"null":       {`{}`, `{"text":""}`},
		"below zero": {`{"length":-1}`, ``},
		"too much":   {`{"length":1000000000}`, ``},
	})
}

func TestTextRandomLength(t *testing.T) {
	f := find(t, "text.random")
	a, err := f.Run(function.Env{}, value.Map("length", 32.0))
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Run(function.Env{}, value.Map("length", "32"))
	if err != nil || len(a.Text("text")) != 32 || a.Text("text") == b.Text("text") {
		t.Errorf("%v and %v, %v", a.At("text"), b.At("text"), err)
	}
	if !f.Effect {
		t.Error("another text each time is an effect")
	}
}
