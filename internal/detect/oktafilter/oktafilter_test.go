package oktafilter_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/errs"
)

func texts(texts ...string) []detect.Value {
	var values []detect.Value
	for _, text := range texts {
		values = append(values, detect.Value{Text: text})
	}
	return values
}

func test(path string, op detect.Op, values ...string) detect.Test {
	return detect.Test{Path: path, Op: op, Values: texts(values...)}
}

func diff(want, got detect.Expr) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }))
}

func TestParse(t *testing.T) {
	a, b, c := test("a", detect.Equal, "1"), test("b", detect.Equal, "2"), test("c", detect.Equal, "3")
	number := func(op detect.Op, f float64) detect.Test {
		return detect.Test{Path: "x", Op: op, Values: []detect.Value{{Number: f, IsNum: true}}}
	}
	for name, c := range map[string]struct {
		filter string
		want   detect.Expr
	}{
		"equal":             {`a eq "1"`, a},
		"not equal":         {`a ne "1"`, detect.Not{Expr: a}},
		"contains":          {`x co "y"`, test("x", detect.Contains, "y")},
		"starts with":       {`x sw "y"`, test("x", detect.StartsWith, "y")},
		"ends with":         {`x ew "y"`, test("x", detect.EndsWith, "y")},
		"after":             {`x gt "y"`, test("x", detect.After, "y")},
		"not before":        {`x ge "y"`, test("x", detect.NotBefore, "y")},
		"before":            {`x lt "y"`, test("x", detect.Before, "y")},
		"not after":         {`x le "y"`, test("x", detect.NotAfter, "y")},
		"greater":           {`x gt 1.5`, number(detect.Greater, 1.5)},
		"greater or equal":  {`x ge -2`, number(detect.GreaterEqual, -2)},
		"less":              {`x lt 1e3`, number(detect.Less, 1000)},
		"less or equal":     {`x le 0`, number(detect.LessEqual, 0)},
		"equal number":      {`x eq 4`, number(detect.Equal, 4)},
		"boolean":           {`x eq true`, test("x", detect.Equal, "true")},
		"boolean as a text": {`x eq "true"`, test("x", detect.Equal, "true")},
		"null":              {`x eq null`, detect.Test{Path: "x", Op: detect.Absent}},
		"not null":          {`x ne null`, detect.Not{Expr: detect.Test{Path: "x", Op: detect.Absent}}},
		"present":           {`x pr`, detect.Test{Path: "x", Op: detect.HasValue}},
		"one of":            {`x in ["y","z", "y"]`, test("x", detect.Equal, "y", "z")},
		"one of, round":     {`x in ("y")`, test("x", detect.Equal, "y")},
		"and before or":     {`a eq "1" or b eq "2" and c eq "3"`, detect.Or{a, detect.And{b, c}}},
		"or after and":      {`a eq "1" and b eq "2" or c eq "3"`, detect.Or{detect.And{a, b}, c}},
		"parentheses":       {`a eq "1" and (b eq "2" or c eq "3")`, detect.And{a, detect.Or{b, c}}},
		"not before and":    {`not a eq "1" and b eq "2"`, detect.And{detect.Not{Expr: a}, b}},
		"not of a group":    {`not (a eq "1" or b eq "2")`, detect.Not{Expr: detect.Or{a, b}}},
		"three of a kind":   {`a eq "1" and b eq "2" and c eq "3"`, detect.And{a, b, c}},
		"words in any case": {`a EQ "1" AND NOT (b Eq "2") Or c eQ "3"`, detect.Or{detect.And{a, detect.Not{Expr: b}}, c}},
		"blanks and lines":  {"\n a\teq\n\"1\" and(b eq\"2\")\n", detect.And{a, b}},
		"escapes":           {`x eq "\"\\\/\n\u00e9\ud83d\ude00"`, test("x", detect.Equal, "\"\\/\n\u00e9\U0001F600")},
		"letters":           {`x eq "Zoë ist da"`, test("x", detect.Equal, "Zoë ist da")},
		"index":             {`target.0.displayName eq "x"`, test("target.0.displayName", detect.Equal, "x")},
		"marked list":       {`target{}.id eq "x"`, test("target{}.id", detect.Equal, "x")},
		"underscores":       {`event_type eq "x" and display_message co "y"`, detect.And{test("eventType", detect.Equal, "x"), test("displayMessage", detect.Contains, "y")}},
		"deep underscores":  {`actor.alternate_id eq "x"`, test("actor.alternateId", detect.Equal, "x")},
		"names in any case": {`EVENTTYPE eq "x" and client.ipaddress sw "y"`, detect.And{test("eventType", detect.Equal, "x"), test("client.ipAddress", detect.StartsWith, "y")}},
		"names of our own":  {`debugContext.debugData.Request_Uri co "x"`, test("debugContext.debugData.Request_Uri", detect.Contains, "x")},
		"names with signs":  {`debugContext.debugData.$a:b/c-d pr`, detect.Test{Path: "debugContext.debugData.$a:b/c-d", Op: detect.HasValue}},
		"one element": {
			`target[type eq "User" and display_name co "x"]`,
			detect.Same{Path: "target", Expr: detect.And{test("type", detect.Equal, "User"), test("displayName", detect.Contains, "x")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := oktafilter.Parse(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			if diff := diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.filter, diff)
			}
		})
	}
}

// An error says at which character, and what to do.
func TestParseErrors(t *testing.T) {
	for filter, want := range map[string]struct {
		offset int
		says   string
	}{
		"":                            {0, "the filter is empty"},
		"  ":                          {0, "the filter is empty"},
		"eventType":                   {9, "write a comparison, such as eventType pr"},
		`eventType eq`:                {12, "the filter ends where a value is wanted"},
		`eventType eq user.session`:   {13, `put texts in double quotes: "user.session"`},
		`eventType = "x"`:             {10, "= is no operator here; write eq"},
		`eventType is "x"`:            {10, `"is" is no operator; write eq`},
		`eventType eq 'x'`:            {13, "put texts in double quotes"},
		`é eq “x”`:                    {5, "put texts in double quotes"},
		`a eq "ö" and b eq "x`:        {18, "is not closed"},
		`a eq "b\q"`:                  {7, "a backslash stands before"},
		`a eq "\u12"`:                 {6, "a backslash stands before"},
		`(a pr`:                       {5, `the "(" of position 1 is to be closed by ")"`},
		`(a pr]`:                      {5, `to be closed by ")"`},
		`a pr)`:                       {4, "does not fit after a whole comparison"},
		`a pr b pr`:                   {5, "join comparisons by and, or"},
		`a pr && b pr`:                {5, "write and, or"},
		`a pr and`:                    {8, "a field is wanted"},
		`and a pr`:                    {0, "the word and stands where a field is wanted"},
		`a pr or or b pr`:             {8, "the word or stands"},
		`eq "x"`:                      {0, "the word eq stands where a field is wanted"},
		`"a" eq "x"`:                  {0, `the text "a" stands where a field is wanted`},
		`a..b pr`:                     {0, "has an empty part"},
		`.a pr`:                       {0, "has an empty part"},
		`a co true`:                   {5, "put the value in double quotes"},
		`a co 5`:                      {5, "put the value in double quotes"},
		`a gt false`:                  {5, "compares by order"},
		`a gt null`:                   {5, "compares by order"},
		`a in "x"`:                    {5, `write it as ["a", "b"]`},
		`a in ["x" "y"]`:              {10, "goes on with a comma or ends with ]"},
		`a in ["x", null]`:            {11, "null is no value of a list"},
		`a in []`:                     {6, "a value is wanted"},
		`a eq 1e999`:                  {5, "is no value"},
		`a eq 0x10`:                   {5, "is no value"},
		`a eq NaN`:                    {5, "is no value"},
		`a eq True`:                   {5, `put texts in double quotes: "True"`},
		`target[type eq "User"`:       {21, `the "[" of position 7 is to be closed by "]"`},
		`a eq "x" # why`:              {9, "fits nowhere here"},
		"a eq \"\xff\"":               {6, "not UTF-8"},
		strings.Repeat("(", 300):      {100, "nested deeper"},
		strings.Repeat("not ", 300):   {800, "more than 200 times"},
		strings.Repeat(" ", 64<<10+1): {0, "longer than"},
	} {
		e, err := oktafilter.Parse(filter)
		at, ok := errors.AsType[*oktafilter.SyntaxError](err)
		if !ok || e != nil {
			t.Errorf("%.40s: %v, %v", filter, e, err)
			continue
		}
		if at.Offset != want.offset || !strings.Contains(err.Error(), want.says) || errs.KindOf(err) != errs.Invalid {
			t.Errorf("%.40s: at %d: %v, want %d, %q", filter, at.Offset, err, want.offset, want.says)
		}
	}
}

func TestUnknown(t *testing.T) {
	for filter, want := range map[string][]string{
		`eventType eq "x" AND result eq "FAILURE" AND outcome.reason eq "y"`:         {"result"},
		`target.0.detailEntry.MethodTypeUsed eq "x"`:                                 nil,
		`debugContext.debugData.anything.at.all pr and debugContext.debugData pr`:    nil,
		`actor pr and client.userAgent pr`:                                           nil,
		`event_type pr and EVENTTYPE pr and device.osPlatform pr`:                    nil,
		`target.user.display.name co "x" or not (target.user.display.name co "y")`:   {"target.user.display.name"},
		`target[type eq "User" and kind eq "x" and detailEntry.y pr]`:                {"target.kind"},
		`eventType.x pr and b pr and a pr`:                                           {"eventType.x", "b", "a"},
		`transaction.detail.requestApiTokenId pr and target{}.changeDetails.from pr`: nil,
	} {
		e, err := oktafilter.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, oktafilter.Unknown(e)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filter, diff)
		}
	}
}

func TestKnown(t *testing.T) {
	for path, want := range map[string]bool{
		"client.ipAddress": true, "target[type=User].id": true, "target[type=User].kind": false, "user": false, "debugContext.debugData.x": true, "": false,
	} {
		if got := oktafilter.Known(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

func TestSuggest(t *testing.T) {
	for path, want := range map[string]string{
		"result": "outcome.result", "ip_address": "client.ipAddress", "x.rawUserAgent": "client.userAgent.rawUserAgent", "nothing": "",
	} {
		if got := oktafilter.Suggest(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	for filter, want := range map[string]string{
		`EVENT_TYPE  EQ "x"`:                                 `eventType eq "x"`,
		`(a pr)and((b pr or c pr))`:                          `a pr and (b pr or c pr)`,
		`not(a pr and not b eq "<\u0022>")`:                  `not (a pr and b ne "<\"\u003e")`,
		`a ne null and b eq null`:                            `a ne null and b eq null`,
		`a IN ["x",1.50,true]`:                               `a in ["x", 1.5, "true"]`,
		`a gt 5 or b lt "x" or not not c ge 1`:               `a gt 5 or b lt "x" or not (not (c ge 1))`,
		`target [ type eq "User" and (id pr or id eq "x") ]`: `target[type eq "User" and (id pr or id eq "x")]`,
	} {
		e, err := oktafilter.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		want = strings.ReplaceAll(want, `\u003e`, ">")
		if got, err := oktafilter.Format(e); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", filter, got, err, want)
		}
	}
	for name, e := range map[string]detect.Expr{
		"a regular expression":                  detect.Test{Path: "a", Op: detect.Matches, Values: texts("x")},
		"regard to case":                        detect.Test{Path: "a", Cased: true, Values: texts("x")},
		"a name with a blank":                   test("a b", detect.Equal, "x"),
		"a name that is a word of the language": test("and", detect.Equal, "x"),
		"an empty name":                         detect.Same{Expr: test("a", detect.Equal, "x")},
		"no parts":                              detect.And{},
		"no values":                             detect.Test{Path: "a"},
		"keywords":                              detect.Keyword{Values: texts("x")},
		"part of it wrong":                      detect.Or{test("a", detect.Equal, "x"), detect.Not{Expr: detect.Always(true)}},
	} {
		if got, err := oktafilter.Format(e); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %q, %v, want an error", name, got, err)
		}
	}
}

// Whatever is written, it is an error or a condition that Format writes so that
// it is read as the same one.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`eventType eq "a" and not (x.0.y co "\"b\\\u00e9" or z in ["a", 1, true]) OR p pr`, `a ne null`, `a[b gt 1.5e-3 and c le "x"]`,
		`event_type sw "a" and target{}.id pr`, `((((`, `not not a eq null`, `+.e pr`, `1 eq 1`, `eq eq "a"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := oktafilter.Parse(source)
		if err != nil {
			if at, ok := errors.AsType[*oktafilter.SyntaxError](err); !ok || at.Offset < 0 || at.Offset > len(source) {
				t.Fatalf("%q: %v", source, err)
			}
			return
		}
		text, err := oktafilter.Format(e)
		if err != nil {
			t.Fatalf("%q: %v", source, err)
		}
		again, err := oktafilter.Parse(text)
		if err != nil && (strings.Contains(err.Error(), "deeper") || strings.Contains(err.Error(), "longer")) {
			return
		}
		if diff := diff(e, again); err != nil || diff != "" {
			t.Fatalf("%q as %q: %v\n%s", source, text, err, diff)
		}
	})
}
