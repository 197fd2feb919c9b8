package filter

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	thing := map[string][]any{
		"status":      {"ACTIVE"},
		"login":       {"Ann@acme.example"},
		"created":     {time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
		"logins":      {float64(7)},
		"proxy":       {false},
		"target.id":   {"00u1", "00g1"},
		"nick":        {""},
		"target.type": {"User", "UserGroup"},
	}
	tests := map[string]struct {
		in   string
		want bool
	}{
		"equal":                            {`status eq "ACTIVE"`, true},
		"equal takes case into account":    {`status eq "active"`, false},
		"operators in capitals":            {`status EQ "ACTIVE"`, true},
		"starts with":                      {`login sw "Ann@"`, true},
		"ends with":                        {`login ew ".example"`, true},
		"contains":                         {`login co "acme"`, true},
		"not equal":                        {`status ne "STAGED"`, true},
		"not equal of an absent attribute": {`department ne "IT"`, true},
		"present":                          {`login pr`, true},
		"absent":                           {`department pr`, false},
		"empty counts as absent":           {`nick pr`, false},
		"time after":                       {`created gt "2026-03-01T09:59:59.000Z"`, true},
		"time at":                          {`created ge "2026-03-01T10:00:00Z"`, true},
		"time before, no zone":             {`created lt "2026-03-01T10:00:00"`, false},
		"number":                           {`logins gt 3`, true},
		"bool":                             {`proxy eq false`, true},
		"bool in quotes":                   {`proxy eq "true"`, false},
		"any element":                      {`target.id eq "00g1"`, true},
		"two elements, both there":         {`target.id eq "00g1" and target.id eq "00u1"`, true},
		"two elements, one missing":        {`target.id eq "00g1" and target.id eq "00u2"`, false},
		"and binds closer than or":         {`status eq "X" and status eq "Y" or login pr`, true},
		"parentheses":                      {`status eq "X" and (status eq "Y" or login pr)`, false},
		"not":                              {`not (status eq "STAGED")`, true},
		"not without parentheses":          {`not status eq "STAGED" and login pr`, true},
		"escaped quote":                    {`status eq "A\"B"`, false},
		"null of an absent attribute":      {`department eq null`, true},
		"wrong type":                       {`status gt 3`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			m := Matcher{Values: func(a string) []any { return thing[a] }}
			if got := m.Match(e); got != tt.want {
				t.Errorf("%s is %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

func TestFold(t *testing.T) {
	e, err := Parse(`login eq "ANN@ACME.EXAMPLE" and login sw "ann"`)
	if err != nil {
		t.Fatal(err)
	}
	m := Matcher{Values: func(string) []any { return []any{"Ann@acme.example"} }, Fold: true}
	if !m.Match(e) {
		t.Error("case was not ignored")
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct {
		in   string
		want int
	}{
		"nothing":             {``, 0},
		"attribute alone":     {`status`, 6},
		"no value":            {`status eq`, 9},
		"unquoted text":       {`status eq ACTIVE`, 10},
		"unknown operator":    {`status is "ACTIVE"`, 7},
		"square brackets":     {`emails[type eq "work"]`, 6},
		"open parenthesis":    {`(status pr`, 10},
		"extra parenthesis":   {`status pr)`, 9},
		"two expressions":     {`status pr login pr`, 10},
		"open quote":          {`status eq "ACTIVE`, 10},
		"and without operand": {`status pr and`, 13},
		"backslash at end":    {`status eq "a\`, 10},
		"deep nesting":        {strings.Repeat("(", 200) + "a pr" + strings.Repeat(")", 200), 101},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(tt.in)
			se, ok := errors.AsType[*SyntaxError](err)
			if !ok {
				t.Fatalf("Parse(%q) = %v, want a syntax error", tt.in, err)
			}
			if se.At != tt.want {
				t.Errorf("%v, want offset %d", se, tt.want)
			}
		})
	}
}

func TestRequiredAndWalk(t *testing.T) {
	e, err := Parse(`status eq "A" and (x pr or y pr) and not z pr and id eq "1"`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Comparison{{"status", Equal, "A"}, {"id", Equal, "1"}}
	if diff := cmp.Diff(want, Required(e)); diff != "" {
		t.Error(diff)
	}
	var attrs []string
	Walk(e, func(c Comparison) { attrs = append(attrs, c.Attr) })
	if diff := cmp.Diff([]string{"status", "x", "y", "z", "id"}, attrs); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a eq "b"`, `not (a pr) or b.c gt 1.5 and d eq null`, `a eq "\\"`, `((a pr))`, "ä sw \"ö\""} {
		f.Add(s)
	}
	m := Matcher{Values: func(a string) []any { return []any{a, float64(len(a)), a == "", time.Unix(0, 0)} }}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Parse(s)
		if err != nil {
			se, ok := errors.AsType[*SyntaxError](err)
			if !ok || se.At < 0 || se.At > len(s) {
				t.Fatalf("Parse(%q): %v", s, err)
			}
			return
		}
		if m.Match(e) == m.Match(Not{e}) {
			t.Errorf("%q and its negation agree", s)
		}
	})
}
