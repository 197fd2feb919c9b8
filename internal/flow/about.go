package flow

import (
	"slices"
	"strings"

	"sallyport/internal/event"
	"sallyport/internal/value"
)

// mostAbout is how many things a run is noted to be about.
const mostAbout = 10

// AboutEvent returns what a run is about that an event starts: who acted, and what
// was acted on, by their ids; by the login that was typed where there is none.
func AboutEvent(e event.Event) []string {
	var out []string
	for _, x := range append([]event.Entity{e.Actor}, e.Targets()...) {
		switch {
		case x.Type == "SystemPrincipal", x.Type == "AuthenticatorEnrollment":
		case isName(x.ID):
			out = append(out, x.ID)
		case isName(x.AlternateID):
			out = append(out, x.AlternateID)
		}
	}
	return fewOf(out)
}

// isName reports whether a text names anything: Okta writes "unknown" where it knows
// nothing.
func isName(text string) bool { return text != "" && text != "unknown" && text != "null" }

// AboutInput returns what a run is about that is given some inputs: those that are
// an id of Okta's or a login, and of objects their id.
func AboutInput(in *value.Object) []string {
	var out []string
	add := func(v any) {
		if text, ok := v.(string); ok && (isOktaID(text) || isLogin(text)) {
			out = append(out, text)
		}
	}
	for _, v := range in.All() {
		if o, ok := v.(*value.Object); ok {
			v = o.At("id")
		}
		add(v)
	}
	return fewOf(out)
}

func fewOf(all []string) []string {
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), mostAbout)]
}

// isOktaID reports whether a text looks like the id of an object: 20 letters and
// digits that begin with 0 and the letters of its kind, as 00u does.
func isOktaID(text string) bool {
	return len(text) == 20 && (text[0] == '0' || strings.HasPrefix(text, "guo")) && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

func isLogin(text string) bool {
	return len(text) <= 100 && strings.Count(text, "@") == 1 && !strings.ContainsAny(text, " \t\r\n<>")
}
