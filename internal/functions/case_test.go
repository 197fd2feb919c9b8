package functions

import (
	"testing"
	"time"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

// example is an input and the output wanted, both as JSON; an empty want means
// that the input is refused.
type example struct{ in, want string }

// check runs a function of the shelf over examples, as a flow would.
func check(t *testing.T, id string, examples map[string]example) {
	t.Helper()
	for _, f := range All() {
		if f.ID != id {
			continue
		}
		for name, ex := range examples {
			t.Run(name, func(t *testing.T) { checkOne(t, f, ex) })
		}
		return
	}
	t.Fatalf("%s is not on the shelf", id)
}

func checkOne(t *testing.T, f function.Function, ex example) {
	t.Helper()
	in, err := value.Load([]byte(ex.in))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 8e6, time.UTC)
	out, err := f.Run(function.Env{Now: func() time.Time { return at }}, in.(*value.Object))
	switch {
	case (err != nil) != (ex.want == ""):
		t.Errorf("error %v, want one: %v", err, ex.want == "")
	case err == nil && string(value.Store(out)) != ex.want:
		t.Errorf("got %s, want %s", value.Store(out), ex.want)
	}
}
