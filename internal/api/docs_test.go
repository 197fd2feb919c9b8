package api

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"sallyport/internal/value"
)

var (
	curlURL  = regexp.MustCompile(`\$SALLYPORT(/[^\s"?]*)`)
	curlVerb = regexp.MustCompile(`-X ([A-Z]+)`)
	curlBody = regexp.MustCompile(`-d '(\{.*\})'`)
	idWord   = regexp.MustCompile(`^[A-Z]+$`)
)

// Every request that the guide shows is one that a route takes.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for call := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if !strings.HasPrefix(call, "curl ") {
			continue
		}
		n++
		method, path := http.MethodGet, curlURL.FindStringSubmatch(call)[1]
		if m := curlVerb.FindStringSubmatch(call); m != nil {
			method = m[1]
		}
		rt, ok := routeOf(method, path)
		if !ok {
			t.Errorf("there is no route for %s", call)
			continue
		}
		m := curlBody.FindStringSubmatch(call)
		if m == nil || method == http.MethodGet {
			continue
		}
		v, err := value.ParseJSON([]byte(m[1]))
		if err == nil && rt.in.body != nil {
			err = rt.in.body.check(v, "")
		}
		if err != nil || rt.in.body == nil {
			t.Errorf("%s: %v", call, err)
		}
		if o, _ := v.(*value.Object); rt.Name == "createFlow" {
			if _, problems := parse(o.Text("yaml")); len(problems) > 0 {
				t.Errorf("%s: %v", call, problems)
			}
		}
	}
	if n < 15 {
		t.Errorf("%d requests found", n)
	}
}

// routeOf returns the route of a path in which ids are words in capitals.
func routeOf(method, path string) (Route, bool) {
	for _, rt := range Routes() {
		want, got := strings.Split(rt.Path(), "/"), strings.Split(path, "/")
		same := rt.Method() == method && len(want) == len(got)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == got[i] || strings.HasPrefix(want[i], "{") && idWord.MatchString(got[i])
		}
		if same {
			return rt, true
		}
	}
	return Route{}, false
}
