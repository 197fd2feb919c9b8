package connector_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/value"
)

func TestCursorPages(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "size=2":
			fmt.Fprint(w, `{"items":[1,2],"cursor":"a b"}`)
		case "cursor=a+b&size=2":
			fmt.Fprint(w, `{"items":[3,4],"cursor":"c"}`)
		case "cursor=c&size=2":
			fmt.Fprint(w, `{"items":[5,6],"cursor":"d"}`)
		default:
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
	})
	b := newBench(t, egress.Options{})
	res, err := b.do(b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456"), "list", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"items":[1,2,3,4,5],"more":true,"next":null}`; string(value.JSON(res.Outputs)) != want {
		t.Errorf("outputs %s, want %s", value.JSON(res.Outputs), want)
	}
}

// A stream has one page of a list at a time, whatever the list's limit, and
// ends where there is no other, or where a page is empty.
func TestOnePage(t *testing.T) {
	pages := map[string]string{
		"size=2":            `{"items":[1,2,3,4,5,6],"cursor":"a b"}`,
		"cursor=a+b&size=2": `{"items":[7],"cursor":"c"}`,
		"cursor=c&size=2":   `{"items":[],"cursor":"d"}`,
	}
	s := peer(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, pages[r.URL.RawQuery]) })
	b := newBench(t, egress.Options{})
	conn := b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456")
	var next any
	for _, want := range []string{`{"items":[1,2,3,4,5,6],"more":true,"next":"a b"}`, `{"items":[7],"more":true,"next":"c"}`, `{"items":[],"more":false,"next":null}`} {
		res, err := b.Do(t.Context(), conn, connector.Call{Action: "list", Inputs: value.Map("next", next), OnePage: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(value.JSON(res.Outputs)); got != want {
			t.Errorf("outputs %s, want %s", got, want)
		}
		next = res.Outputs.At("next")
	}
}

// A peer that never comes to an end is left after a thousand pages, or at once
// where its pages are empty.
func TestPagesEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		page  string
		want  string
		calls int32
	}{
		"full for ever":  {`{"items":[1],"cursor":"x"}`, `{"count":1000,"more":true}`, 1000},
		"empty for ever": {`{"items":[],"cursor":"x"}`, `{"count":0,"more":true}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			s := peer(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				fmt.Fprint(w, tt.page)
			})
			b := newBench(t, egress.Options{})
			res, err := b.do(b.connection("sample", "", value.Map("url", s.URL), "api_key", "k-123456"), "all", nil)
			if err != nil || string(value.JSON(res.Outputs)) != tt.want || calls.Load() != tt.calls {
				t.Errorf("%s, %v after %d requests; want %s after %d", value.JSON(res.Outputs), err, calls.Load(), tt.want, tt.calls)
			}
		})
	}
}
