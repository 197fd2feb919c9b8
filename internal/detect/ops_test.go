package detect_test

import (
	"net/netip"
	"regexp"
	"testing"

	"sallyport/internal/detect"
	"sallyport/internal/detect/plain"
)

const signOn = `{"eventType":"user.session.start","severity":"WARN","published":"2026-03-04T05:06:07.089Z","displayMessage":"Straße \u212aelvin \ud83d\ude00 50% *off*?",
 "actor":{"alternateId":"Ada@Acme.example","DisplayName":"Ada","n":10,"s":"10","f":1e1,"t":"10.50","detailEntry":null,"none":{},"nil":[]},
 "client":{"ipAddress":"198.51.100.7","v6":"::ffff:198.51.100.8"},"securityContext":{"isProxy":true},
 "outcome":{"result":"FAILURE","reason":null},"requestUri":"/admin/Users","same":"ada@acme.EXAMPLE",
 "target":[{"type":"User","id":"u1","detailEntry":{"methodTypeUsed":"Push"}},{"type":"AppInstance","id":"a1","tags":["x",["y",2]]},null,"loose"]}`

func texts(of ...string) []detect.Value {
	var vs []detect.Value
	for _, t := range of {
		vs = append(vs, detect.Value{Text: t})
	}
	return vs
}

func numbers(of ...float64) []detect.Value {
	var vs []detect.Value
	for _, n := range of {
		vs = append(vs, detect.Value{Number: n, IsNum: true})
	}
	return vs
}

func test(path string, op detect.Op, values ...string) detect.Test {
	return detect.Test{Path: path, Op: op, Values: texts(values...)}
}

// holding and failing are conditions that hold of signOn, and that do not; each
// is named by what it is about.
func holding() map[string]detect.Expr {
	return map[string]detect.Expr{
		"text in any case":              test("eventType", detect.Equal, "USER.session.START"),
		"one of a list":                 test("eventType", detect.Equal, "a", "user.session.start", "b"),
		"number as it is written":       test("actor.n", detect.Equal, "10"),
		"boolean against text":          test("securityContext.isProxy", detect.Equal, "True"),
		"number by value":               detect.Test{Path: "actor.f", Values: numbers(10)},
		"text that is a number":         detect.Test{Path: "actor.t", Values: numbers(10.5)},
		"folding beyond ASCII":          test("displayMessage", detect.Contains, "STRAßE KELVIN"),
		"sharp s is not ss":             detect.Not{Expr: test("displayMessage", detect.Contains, "strasse")},
		"surrogates":                    test("displayMessage", detect.Contains, "😀"),
		"cased":                         detect.Test{Path: "severity", Values: texts("WARN"), Cased: true},
		"contains":                      test("requestUri", detect.Contains, "ADMIN"),
		"contains the empty text":       test("requestUri", detect.Contains, ""),
		"begins":                        test("requestUri", detect.StartsWith, "/Admin"),
		"ends":                          test("requestUri", detect.EndsWith, "/users"),
		"like":                          test("requestUri", detect.Like, "/a*n/u?ers"),
		"like, one character":           test("displayMessage", detect.Like, "STRA?E ?elvin ? *"),
		"like, escaped":                 test("displayMessage", detect.Like, `*50% \*off\*\?`),
		"matches":                       detect.Test{Path: "requestUri", Op: detect.Matches, Values: []detect.Value{{Regexp: regexp.MustCompile(`^/admin/[A-Z]`)}}},
		"less":                          detect.Test{Path: "actor.n", Op: detect.Less, Values: numbers(10.5)},
		"less or equal, a text":         detect.Test{Path: "actor.s", Op: detect.LessEqual, Values: numbers(10)},
		"greater":                       detect.Test{Path: "actor.t", Op: detect.Greater, Values: numbers(10)},
		"greater or equal":              detect.Test{Path: "actor.f", Op: detect.GreaterEqual, Values: numbers(10)},
		"before":                        test("severity", detect.Before, "WARo"),
		"not after":                     test("severity", detect.NotAfter, "WARN"),
		"after is by bytes":             test("requestUri", detect.After, "/admin/Usera"),
		"not before":                    test("severity", detect.NotBefore, "WARN"),
		"in a network":                  detect.Test{Path: "client.ipAddress", Op: detect.InNetwork, Values: []detect.Value{{Prefix: netip.MustParsePrefix("198.51.100.0/24")}}},
		"IPv4 written as IPv6":          detect.Test{Path: "client.v6", Op: detect.InNetwork, Values: []detect.Value{{Prefix: netip.MustParsePrefix("198.51.100.8/32")}}},
		"same as":                       test("actor.alternateId", detect.SameAs, "same"),
		"exists, null":                  test("outcome.reason", detect.Exists),
		"exists, object":                test("actor", detect.Exists),
		"exists, in one element":        test("target.detailEntry", detect.Exists),
		"has value":                     test("target", detect.HasValue),
		"absent, nothing":               test("outcome.nothing", detect.Absent),
		"absent, null":                  test("outcome.reason", detect.Absent),
		"empty list is not absent":      detect.Not{Expr: test("actor.nil", detect.Absent)},
		"minute":                        detect.Test{Path: "published", Op: detect.Minute, Values: numbers(6)},
		"hour":                          detect.Test{Path: "published", Op: detect.Hour, Values: numbers(4, 5)},
		"day":                           detect.Test{Path: "published", Op: detect.Day, Values: numbers(4)},
		"week":                          detect.Test{Path: "published", Op: detect.Week, Values: numbers(10)},
		"month":                         detect.Test{Path: "published", Op: detect.Month, Values: numbers(3)},
		"year":                          detect.Test{Path: "published", Op: detect.Year, Values: numbers(2026)},
		"name in another case":          test("ACTOR.displayname", detect.Equal, "ada"),
		"braces":                        test("target{}.type", detect.Equal, "user"),
		"any element":                   test("target.type", detect.Equal, "AppInstance"),
		"element by index":              test("target.1.id", detect.Equal, "a1"),
		"list in list":                  test("target.tags", detect.Equal, "y"),
		"index in list in list":         test("target.1.tags.1.0", detect.Equal, "y"),
		"element that is a text":        test("target", detect.Equal, "loose"),
		"all of them, at any element":   detect.Test{Path: "target.type", Values: texts("user", "appinstance"), All: true},
		"all of none":                   detect.Test{Path: "target.type", All: true},
		"two elements, one each":        detect.And{test("target.type", detect.Equal, "User"), test("target.id", detect.Equal, "a1")},
		"same element":                  detect.Same{Path: "target", Expr: detect.And{test("type", detect.Equal, "User"), test("id", detect.Equal, "u1")}},
		"same element, not":             detect.Same{Path: "target", Expr: detect.Not{Expr: test("type", detect.Exists)}},
		"same of an object":             detect.Same{Path: "actor", Expr: test("n", detect.Equal, "10")},
		"same in same":                  detect.Same{Path: "target", Expr: detect.Same{Path: "detailEntry", Expr: test("methodTypeUsed", detect.Equal, "push")}},
		"keyword":                       detect.Keyword{Values: texts("methodTypeUsed", "PUSH")},
		"keyword, all":                  detect.Keyword{Values: texts("push", "users", "198.51.*.7"), All: true},
		"keyword, in a number":          detect.Keyword{Values: texts("1e1"), Cased: true},
		"keyword in the same element":   detect.Same{Path: "target", Expr: detect.And{detect.Keyword{Values: texts("push")}, test("id", detect.Equal, "u1")}},
		"nothing is all of nothing":     detect.And{},
		"always":                        detect.Always(true),
		"or":                            detect.Or{detect.Always(false), detect.Always(true)},
		"absent through a missing list": test("nothing.at.all", detect.Absent),
	}
}

func failing() map[string]detect.Expr {
	return map[string]detect.Expr{
		"another text":                test("eventType", detect.Equal, "user.session.end"),
		"part is not equal":           test("eventType", detect.Equal, "user.session"),
		"none of none":                test("eventType", detect.Equal),
		"number as it is written":     test("actor.f", detect.Equal, "10"),
		"text is no number":           detect.Test{Path: "severity", Op: detect.Less, Values: numbers(1e9)},
		"boolean is no number":        detect.Test{Path: "securityContext.isProxy", Values: numbers(1)},
		"cased":                       detect.Test{Path: "severity", Values: texts("warn"), Cased: true},
		"like is anchored":            test("requestUri", detect.Like, "admin*"),
		"matches is cased":            detect.Test{Path: "requestUri", Op: detect.Matches, Values: []detect.Value{{Regexp: regexp.MustCompile(`^/ADMIN`)}}},
		"null is no value":            test("outcome.reason", detect.Like, "*"),
		"null has no value":           test("outcome.reason", detect.HasValue),
		"an empty object has none":    test("actor.none", detect.HasValue),
		"an empty list has none":      test("actor.nil", detect.HasValue),
		"an object is no value":       test("actor", detect.Contains, ""),
		"outside of the network":      detect.Test{Path: "client.ipAddress", Op: detect.InNetwork, Values: []detect.Value{{Prefix: netip.MustParsePrefix("203.0.113.0/24")}}},
		"text is no address":          detect.Test{Path: "severity", Op: detect.InNetwork, Values: []detect.Value{{Prefix: netip.MustParsePrefix("0.0.0.0/0")}}},
		"same as another":             test("severity", detect.SameAs, "same", "nothing"),
		"all, but one":                detect.Test{Path: "target.type", Values: texts("user", "group"), All: true},
		"same element":                detect.Same{Path: "target", Expr: detect.And{test("type", detect.Equal, "User"), test("id", detect.Equal, "a1")}},
		"same of nothing":             detect.Same{Path: "outcome.reason", Expr: detect.Always(true)},
		"same of an empty list":       detect.Same{Path: "actor.nil", Expr: detect.Always(true)},
		"index beyond":                test("target.9", detect.Exists),
		"index in an object":          test("actor.0", detect.Exists),
		"keyword in no value":         detect.Keyword{Values: texts("ipAddress")},
		"keyword, all but one":        detect.Keyword{Values: texts("push", "pull"), All: true},
		"keyword of no element":       detect.Same{Path: "target", Expr: detect.And{detect.Keyword{Values: texts("push")}, test("id", detect.Equal, "a1")}},
		"minute of no time":           detect.Test{Path: "severity", Op: detect.Minute, Values: numbers(0)},
		"through a text":              test("severity.x", detect.Exists),
		"nothing is one of nothing":   detect.Or{},
		"never":                       detect.Always(false),
		"null that is there is there": detect.Not{Expr: test("outcome.reason", detect.Exists)},
	}
}

func TestPlain(t *testing.T) {
	event, err := plain.Decode([]byte(signOn))
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range holding() {
		if !plain.Holds(e, event) {
			t.Errorf("%s: %v does not hold", name, e)
		}
	}
	for name, e := range failing() {
		if plain.Holds(e, event) {
			t.Errorf("%s: %v holds", name, e)
		}
	}
}
