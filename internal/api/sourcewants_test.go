package api

import (
	"slices"
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
)

func TestEventTypes(t *testing.T) {
	for name, tt := range map[string]struct {
		filter string
		want   []string // nil: it names none
	}{
		"one":                       {`eventType eq "user.session.start"`, []string{"user.session.start"}},
		"one and more":              {`eventType eq "user.session.start" and outcome.result eq "FAILURE"`, []string{"user.session.start"}},
		"several":                   {`eventType eq "user.session.start" or eventType eq "security.threat.detected"`, []string{"user.session.start", "security.threat.detected"}},
		"the narrower one counts":   {`eventType sw "user.mfa.factor" and eventType eq "user.mfa.factor.activate"`, []string{"user.mfa.factor.activate"}},
		"a beginning":               {`eventType sw "user.session."`, []string{"user.session.clear", "user.session.context.change", "user.session.end", "user.session.start"}},
		"something else":            {`actor.id eq "x"`, nil},
		"a type, or something else": {`eventType eq "user.session.start" or actor.id eq "x"`, nil},
		"not a type":                {`not (eventType eq "user.session.start")`, nil},
	} {
		e, err := oktafilter.Parse(tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		got, named := eventTypes(e)
		if named != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, named, tt.want)
		}
	}
	if _, named := eventTypes(detect.Or{}); named {
		t.Error("what never holds names a type")
	}
}
