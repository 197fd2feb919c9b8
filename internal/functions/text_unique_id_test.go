package functions

import (
	"regexp"
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestTextUniqueID(t *testing.T) {
	f := find(t, "text.unique_id")
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 50 {
		out, err := f.Run(function.Env{}, value.Map())
		if err != nil || !form.MatchString(out.Text("id")) || seen[out.Text("id")] {
			t.Fatalf("%s, %v", value.JSON(out), err)
		}
		seen[out.Text("id")] = true
	}
	if !f.Effect {
		t.Error("a run that is resumed would have another one")
	}
}
